/**
 * Where does a mode stand among those of its head? Bars of σ², stacked by pairs of factors; below them what its two sides are made of.
 *
 * What has one colour is one path for all modes, in a picture stretched to the chart's width: a change of heads is a few attributes.
 */

import { FOCUSABLE, h, setAttributes, setText, svg } from "../lib/dom.ts";
import { linear } from "../lib/numbers.ts";
import { chooseModeOnChart } from "../panels/choose-mode.ts";
import { frame, yLabel } from "../panels/panel.ts";
import { CELLS, clipped, clippedWords, FACTORS, type Kind } from "./cells.ts";
import type { FactorContext, FactorPanel } from "./context.ts";
import { modeWords, percentWords } from "./words.ts";

const TICKS = 6;
/** Heights from the top, in pixels: bars, brackets of blocks, the strips of the two sides, the axis. */
const [TOP, FLOOR, QUERY, KEY, STRIP, HEIGHT] = [6, 150, 172, 206, 28, 256];
const KINDS: readonly Kind[] = ["cc", "cp", "pp", "mean", "unseen"];

export function modesPanel({ store, meta, modes, signal }: FactorContext): FactorPanel {
  const count = meta.n_modes;
  const each = Array.from({ length: count }, (_, n) => n);
  const percent = (n: number): string => `${(100 * n) / count}%`;
  const bars = KINDS.map((kind) => svg("path", { class: "fill", "data-kind": kind }));
  const strips = FACTORS.map((factor) => svg("path", { class: "fill", "data-factor": factor }));
  const blocks = svg("path", { class: "block" });
  const cursor = svg("rect", { class: "cursor", y: 0, height: KEY + STRIP + 3, width: percent(1) });
  const step = Math.max(1, 2 * Math.round(count / TICKS / 2));
  const chart = svg(
    "svg",
    {
      class: "chart",
      height: HEIGHT,
      role: "slider",
      tabindex: 0,
      "aria-label": "mode",
      "aria-valuemin": 0,
      "aria-valuemax": count - 1,
      ...FOCUSABLE,
    },
    cursor,
    svg(
      "svg",
      { viewBox: `0 0 ${count} ${HEIGHT}`, width: "100%", height: HEIGHT, preserveAspectRatio: "none" },
      ...bars,
      ...strips,
      blocks,
    ),
    svg("line", { class: "rule", x1: 0, x2: "100%", y1: FLOOR, y2: FLOOR }),
    ...each
      .filter((n) => n % step === 0)
      .map((n) =>
        svg("text", { class: "tick", x: percent(n + 0.5), y: HEIGHT - 4, "text-anchor": "middle" }, `M${n}`),
      ),
    ...each.map((n) =>
      svg("rect", { class: "hit", x: percent(n), width: percent(1), height: HEIGHT, "data-mode": n }),
    ),
  );
  const top = yLabel(TOP, "");
  const labels = h(
    "div",
    { class: "ylabels", "aria-hidden": "true" },
    top,
    yLabel((TOP + FLOOR) / 2, "σ²"),
    yLabel(FLOOR, "0"),
    yLabel(QUERY + STRIP / 2, "query"),
    yLabel(KEY + STRIP / 2, "key"),
  );
  const tag = h("span", { class: "tag" });
  const readout = h("output", { class: "readout" });
  const factorKeys = FACTORS.map((factor) =>
    h("span", { class: "key" }, h("i", { class: "mark", "data-factor": factor }), factor),
  );
  const root = frame(
    "spectrum",
    "Modes of this head",
    [tag],
    h("div", { class: "plot" }, labels, chart),
    readout,
    h("div", { class: "legend wraps" }, ...factorKeys),
    h(
      "p",
      { class: "caption" },
      `Bars: share of the head’s σ², stacked by what query and key bring (colours of the cells on the left). Strips: what each side is made of. Brackets: modes of near-equal σ, which are defined only together.${clippedWords(meta.factors.correction)}`,
    ),
  );

  chooseModeOnChart(chart, store, count, signal);

  let drawn = "";
  function draw(layer: number, head: number): void {
    if (drawn === `${layer} ${head}`) return;
    drawn = `${layer} ${head}`;
    const strengths = modes.strengths(layer, head);
    const most = Math.max(...strengths) || 1;
    const y = linear([0, most], [FLOOR, TOP]);
    const stacks = KINDS.map(() => "");
    const sides = FACTORS.map(() => "");
    for (const n of each) {
      const [query, key] = (["query", "key"] as const).map((side) =>
        clipped(modes.shares(side, layer, head, n)),
      ) as [ArrayLike<number>, ArrayLike<number>];
      let from = 0;
      for (const [i, kind] of KINDS.entries()) {
        const to = from + shareOf(kind, query, key) * (strengths[n] ?? 0);
        stacks[i] += block(n, y(from), y(to));
        from = to;
      }
      for (const [shares, top] of [
        [query, QUERY],
        [key, KEY],
      ] as const) {
        let at = top + STRIP;
        // Content lies at the bottom, as in the bars.
        for (const factor of [2, 1, 0]) {
          const height = STRIP * (shares[factor] || 0);
          sides[factor] += block(n, at, at - height);
          at -= height;
        }
      }
    }
    for (const [i, bar] of bars.entries()) setAttributes(bar, { d: stacks[i] });
    for (const [i, strip] of strips.entries()) setAttributes(strip, { d: sides[i] });
    setAttributes(blocks, { d: brackets(modes.of("degenerate", layer, head)) });
    setText(top, percentWords(most));
    setText(tag, `L${layer} H${head}`);
  }

  return {
    root,
    keys: ["layer", "head", "mode", "hoverMode"],
    paint() {
      const { layer, head, mode, hoverMode } = store.state;
      draw(layer, head);
      setAttributes(cursor, { x: percent(mode) });
      const words = modeWords(modes, layer, head, mode);
      setText(readout, hoverMode >= 0 ? modeWords(modes, layer, head, hoverMode) : words);
      setAttributes(chart, { "aria-valuenow": mode, "aria-valuetext": words });
    },
  };
}

/** What part of a mode's energy lies in cells of one kind. */
const shareOf = (kind: Kind, query: ArrayLike<number>, key: ArrayLike<number>): number =>
  CELLS.reduce(
    (sum, cell) => sum + (cell.kind === kind ? (query[cell.query] || 0) * (key[cell.key] || 0) : 0),
    0,
  );

/** One mode's piece of a fill, between two heights. */
const block = (mode: number, from: number, to: number): string =>
  from === to ? "" : `M${mode + 0.1} ${from.toFixed(2)}h.8V${to.toFixed(2)}h-.8z`;

/** A line under each run of modes of one block. */
function brackets(blocks: ArrayLike<number>): string {
  let path = "";
  for (let first = 0; first < blocks.length; ) {
    let last = first;
    while (last + 1 < blocks.length && blocks[last + 1] === blocks[first]) last++;
    if ((blocks[first] ?? -1) >= 0 && last > first) path += `M${first + 0.3} ${FLOOR + 3}v5H${last + 0.7}v-5`;
    first = last + 1;
  }
  return path;
}
