/** How well does a model do by each snapshot? A dot each, in the colours of the lines above it; click one to go there. */

import { h, setAttributes, setText, svg } from "../lib/dom.ts";
import { format, grouped, linear } from "../lib/numbers.ts";
import { yLabel } from "../panels/panel.ts";
import type { Part, TrendContext } from "./context.ts";
import { snapshotColour, snapshotOf } from "./data.ts";

const [TOP, FLOOR, HEIGHT] = [10, 74, 92];
/** Snapshots whose step is named on the axis, the first and the last among them. */
const NAMED = 5;

export function scorePart({ store, meta, signal }: TrendContext, training: number): Part {
  const record = meta.trainings[training];
  if (!record) throw new Error(`There is no training ${training} in this view.`);
  const { steps, scores, measures } = record;
  const count = steps.length;
  const most = Math.max(...scores.filter(Number.isFinite), 1e-9);
  const y = linear([0, most], [FLOOR, TOP]);
  const x = (snapshot: number): string => `${(100 * (snapshot + 0.5)) / count}%`;
  const named = new Set(Array.from({ length: NAMED }, (_, i) => Math.round(((count - 1) * i) / (NAMED - 1))));
  const dots = scores.map((score, n) =>
    svg("circle", { class: "dot", cx: x(n), cy: y(score), r: 4, "data-snapshot": n }),
  );
  const ring = svg("circle", { class: "ring", r: 7 });
  const hits = steps.map((step, n) =>
    svg(
      "rect",
      {
        class: "hit",
        x: `${(100 * n) / count}%`,
        width: `${100 / count}%`,
        y: 0,
        height: HEIGHT,
        "data-snapshot": n,
      },
      svg("title", {}, `step ${grouped(step)}: ${format(scores[n] ?? Number.NaN)}`),
    ),
  );
  const lines = scores
    .slice(1)
    .map((score, n) =>
      svg("line", { class: "rule", x1: x(n), y1: y(scores[n] ?? 0), x2: x(n + 1), y2: y(score) }),
    );
  const ticks = [...named].map((n) =>
    svg("text", { class: "tick", x: x(n), y: HEIGHT - 2, "text-anchor": "middle" }, grouped(steps[n] ?? 0)),
  );
  const chart = svg(
    "svg",
    { class: "chart", height: HEIGHT, role: "img" },
    svg("line", { class: "rule", x1: 0, x2: "100%", y1: FLOOR, y2: FLOOR }),
    ...lines,
    ring,
    ...dots,
    ...ticks,
    ...hits,
  );
  chart.addEventListener(
    "click",
    (event) => {
      const { snapshot } = (event.target as Element).closest<SVGElement>("[data-snapshot]")?.dataset ?? {};
      if (snapshot !== undefined) store.set({ snapshot: Number(snapshot) });
    },
    { signal },
  );
  const labels = h("div", { class: "ylabels", "aria-hidden": "true" });
  labels.append(yLabel(TOP, format(most, 2)), yLabel(FLOOR, "0"));
  const readout = h("output", { class: "readout" });
  const root = h(
    "div",
    { class: "scores", "data-testid": "qk-scores" },
    h("p", { class: "caption" }, measures),
    h("div", { class: "plot" }, labels, chart),
    h("p", { class: "xlabel" }, "step (in equal ratios, but for step 0)"),
    readout,
  );
  return {
    root,
    keys: ["snapshot", "theme"],
    paint() {
      const { theme } = store.state;
      const at = snapshotOf(record, store.state.snapshot);
      dots.forEach((dot, n) => {
        setAttributes(dot, { fill: snapshotColour(n, count, theme) });
      });
      const score = scores[at] ?? Number.NaN;
      setAttributes(ring, { cx: x(at), cy: y(score) });
      const words = `step ${grouped(steps[at] ?? 0)}  score ${format(score)}`;
      setText(readout, words);
      setAttributes(chart, { "aria-label": `${measures}. ${words}` });
    },
  };
}
