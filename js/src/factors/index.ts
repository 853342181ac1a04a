/**
 * The factor map: do heads and modes trade position or content?
 *
 * Python's half is `qkwidgets/widgets/factors.py`. Energies, shares and maps arrive computed; here they are added up, divided
 * and drawn. Whether a kernel, a page or a file is behind the traits is not known here.
 */

import style from "../explorer/style.css";
import { defineWidget } from "../lib/afm.ts";
import type { BytesLike } from "../lib/bytes.ts";
import about from "../panels/about.css";
import bar from "../panels/bar.css";
import charts from "../panels/charts.css";
import panes from "../panels/panes.css";
import type { Variant } from "./cells.ts";
import type { FactorMeta } from "./data.ts";
import factors from "./factors.css";
import layout from "./layout.css";
import { mount } from "./view.ts";

/** The synced traits, spelled as in Python. */
export type State = {
  // what the user looks at; two-way
  layer: number;
  head: number;
  mode: number;
  image: number;
  view: {
    /** which cells of the energy count */
    variant: Variant;
    /** what heads are coloured by: "label", "cell:CP", or a key of one of `meta.head_numbers` */
    number: string;
    /** maps over all images, or on one */
    maps: "images" | "image";
  };
  // data; Python to JavaScript
  meta: FactorMeta;
  energies: BytesLike;
  /** of the modes: what the explorer's are, and what their sides are made of */
  spectra: BytesLike;
  pictures: BytesLike;
  maps: Record<string, BytesLike>;
  live: boolean;
};

export default defineWidget({
  css: [style, charts, about, panes, bar, factors, layout].join("\n"),
  render: mount,
});
