/**
 * The semantic view: between which segments of an image a mode carries attention, from key to query, and which modes do so more than chance.
 *
 * Python's half is `qkwidgets/widgets/semantic.py`. Nothing is computed there for the view.
 */

import style from "../explorer/style.css";
import { defineWidget } from "../lib/afm.ts";
import type { BytesLike } from "../lib/bytes.ts";
import about from "../panels/about.css";
import bar from "../panels/bar.css";
import charts from "../panels/charts.css";
import panes from "../panels/panes.css";
import type { SemanticMeta } from "./data.ts";
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
    level: "objects" | "parts";
    /** key of one of `meta.head_numbers` */
    number: string;
    /** which modes of a type are counted: all, or those above random directions as well */
    counted: "all" | "above";
  };
  // data; Python to JavaScript
  meta: SemanticMeta;
  spectra: BytesLike;
  pictures: BytesLike;
  segments: BytesLike;
  summary: BytesLike;
  /** by "L0H0": safetensors bytes of one head's tables; what is not here is asked for */
  heads: Record<string, BytesLike>;
  live: boolean;
};

export default defineWidget({ css: [charts, panes, about, style, bar, layout].join("\n"), render: mount });
