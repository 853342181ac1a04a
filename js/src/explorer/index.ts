/**
 * The explorer: which head, which mode, where on the images, and what it adds to the attention.
 *
 * Python's half is `qkwidgets/widgets/explorer.py`. Nothing is computed there for the view, and nothing here knows whether
 * a kernel, a page or a file is behind the traits.
 */

import { defineWidget } from "../lib/afm.ts";
import type { BytesLike } from "../lib/bytes.ts";
import type { Palette } from "../lib/colour.ts";
import type { Meta, Rank } from "../lib/data.ts";
import type { Sign } from "../lib/tile.ts";
import about from "../panels/about.css";
import attention from "../panels/attention.css";
import bar from "../panels/bar.css";
import charts from "../panels/charts.css";
import type { PanelName } from "../panels/panel.ts";
import panes from "../panels/panes.css";
import pictures from "../panels/pictures.css";
import layout from "./layout.css";
import style from "./style.css";
import { mount } from "./view.ts";

/** The synced traits, spelled as in Python. */
export type State = {
  // what the user looks at; two-way
  layer: number;
  head: number;
  mode: number;
  image: number;
  /** query token in layout order, -1: none */
  token: number;
  sign: "auto" | Sign;
  view: {
    palette: Palette;
    scale: "signed" | "percentile";
    layout: "overlay" | "side";
    /** fraction of the range below which nothing is painted */
    threshold: number;
    /** key of one of `meta.head_numbers` */
    number: string;
    rank: Rank;
  };
  // data; Python to JavaScript
  meta: Meta;
  spectra: BytesLike;
  pictures: BytesLike;
  tiles: Record<string, BytesLike>;
  live: boolean;
  panels: PanelName[];
};

export default defineWidget({
  css: [charts, panes, pictures, attention, about, style, bar, layout].join("\n"),
  render: mount,
});
