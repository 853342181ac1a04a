/**
 * The gallery: for one mode, the images on which it is strongest, each with its query map and key map.
 *
 * Python's half is `qkwidgets/widgets/gallery.py`. Nothing is computed there for the view; whether a kernel, a page or a
 * file is behind the traits is not known here.
 */

import style from "../explorer/style.css";
import { defineWidget } from "../lib/afm.ts";
import type { BytesLike } from "../lib/bytes.ts";
import type { Palette } from "../lib/colour.ts";
import type { Sign } from "../lib/tile.ts";
import about from "../panels/about.css";
import charts from "../panels/charts.css";
import panes from "../panels/panes.css";
import cards from "./cards.css";
import type { GalleryMeta } from "./data.ts";
import layout from "./layout.css";
import { mount } from "./view.ts";

/** The synced traits, spelled as in Python. */
export type State = {
  // what the user looks at; two-way
  layer: number;
  head: number;
  mode: number;
  sign: "both" | Sign;
  view: {
    palette: Palette;
    scale: "signed" | "percentile";
    /** maps as light on the picture, beside it, or not at all */
    layout: "overlay" | "side" | "plain";
    /** the best images, or ordinary ones */
    sample: "top" | "deciles";
  };
  // data; Python to JavaScript
  meta: GalleryMeta;
  spectra: BytesLike;
  /** safetensors bytes: the images that are referred to */
  images: BytesLike;
  /** by "L0H0": safetensors bytes of one head's lists and maps; what is not here is asked for */
  heads: Record<string, BytesLike>;
  /** encoded pictures by position in `images`; what is not here is asked for */
  thumbnails: Record<string, BytesLike>;
  live: boolean;
};

export default defineWidget({ css: [style, charts, about, panes, cards, layout].join("\n"), render: mount });
