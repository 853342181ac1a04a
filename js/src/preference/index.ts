/**
 * The preference view: one scene, where its target and a distractor look, and how much of that stays on the same object, layer by layer.
 *
 * Python's half is `qkwidgets/widgets/preference.py`. Nothing is computed there for the view, and nothing here knows what a
 * parameter of a scene means: each is a list of values.
 */

import style from "../explorer/style.css";
import { defineWidget } from "../lib/afm.ts";
import type { BytesLike } from "../lib/bytes.ts";
import about from "../panels/about.css";
import bar from "../panels/bar.css";
import charts from "../panels/charts.css";
import panes from "../panels/panes.css";
import type { PreferenceMeta } from "./data.ts";
import layout from "./layout.css";
import { mount } from "./view.ts";

/** The synced traits, spelled as in Python. */
export type State = {
  // what the user looks at; two-way
  /** by name of a parameter: which of its values */
  scene: Readonly<Record<string, number>>;
  layer: number;
  /** -1: the mean over heads */
  head: number;
  view: {
    curves: "mass" | "enrichment";
    /** whether the patch that asks counts as its own object */
    itself: "yes" | "no";
  };
  // data; Python to JavaScript
  meta: PreferenceMeta;
  /** by the places of all values, "2.0.1": safetensors bytes of one scene */
  tiles: Record<string, BytesLike>;
  live: boolean;
};

export default defineWidget({ css: [charts, panes, about, style, bar, layout].join("\n"), render: mount });
