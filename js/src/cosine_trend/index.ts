/**
 * The cosine trend: what training does to the modes, snapshot by snapshot, of one or several models side by side.
 *
 * Python's half is `qkwidgets/widgets/cosine_trend.py`. Everything travels with the view; nothing is asked of a kernel.
 */

import style from "../explorer/style.css";
import { defineWidget } from "../lib/afm.ts";
import type { BytesLike } from "../lib/bytes.ts";
import about from "../panels/about.css";
import bar from "../panels/bar.css";
import charts from "../panels/charts.css";
import type { TrendMeta } from "./data.ts";
import layout from "./layout.css";
import { mount } from "./view.ts";

/** The synced traits, spelled as in Python. */
export type State = {
  // what the user looks at; two-way
  layer: number;
  head: number;
  mode: number;
  /** whose heads and spectrum are shown */
  training: number;
  snapshot: number;
  // data; Python to JavaScript
  meta: TrendMeta;
  trends: BytesLike;
};

export default defineWidget({ css: [charts, about, style, bar, layout].join("\n"), render: mount });
