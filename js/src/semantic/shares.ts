/** How many modes are of which type, layer by layer, and the key to all colours and dashes. */

import { h, setAttributes, setText, svg } from "../lib/dom.ts";
import { counted, formatPercent } from "../lib/numbers.ts";
import { segmented } from "../lib/segmented.ts";
import { setView } from "../lib/store.ts";
import { frame, yLabel } from "../panels/panel.ts";
import { sample } from "./arrows.ts";
import type { Part, SemanticContext } from "./context.ts";
import { N_TYPES } from "./data.ts";

const [TOP, FLOOR, HEIGHT] = [6, 150, 172];
/** Ends of the axis within a power of ten. */
const ENDS = [1, 2, 4, 6, 10];
/** Sums of float32 shares pass a round number by less. */
const ROUNDING = 1e-6;
/** Most layers named on the axis. */
const TICKS = 13;

type Counted = "all" | "above";

const LINES: Record<Counted, string> = {
  all: "Line across: the share of random pairs of directions that pass the same test.",
  above: "Line across: the share of random pairs of directions that pass both tests, 5 % at most.",
};

const HALVES = [0, 0.5, 1] as const;

/** A round share not below the largest that is drawn: a few per cent would not be seen beside 100. */
function endOf(largest: number): number {
  if (!(largest > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(largest));
  return Math.min(1, power * (ENDS.find((end) => end * power >= largest * (1 - ROUNDING)) ?? 10));
}

export function sharesPanel(context: SemanticContext): Part {
  const { store, data, summary, signal } = context;
  const { meta } = data;
  const { n_layers: nLayers } = meta;
  const types = Array.from({ length: N_TYPES }, (_, type) => type);
  const counting = segmented<Counted>(
    "count",
    [
      ["all", "more than chance"],
      ["above", "and than random directions"],
    ],
    (value) => setView(store, { counted: value }),
    signal,
  );
  counting.root.title =
    "Tokens of one object are alike, so most directions tell objects apart: compare with random pairs of directions.";
  const columns = Array.from({ length: nLayers }, (_, layer) => {
    const bars = types.map((type) => svg("rect", { class: `share type${type}`, width: "100%" }));
    const random = svg("line", { class: "random", x1: 0, x2: "100%" });
    const hit = svg("rect", { class: "hit", width: "100%", height: HEIGHT, "data-layer": layer });
    return {
      root: svg(
        "svg",
        { x: `${(100 * (layer + 0.15)) / nLayers}%`, width: `${70 / nLayers}%`, height: HEIGHT },
        ...bars,
        random,
        hit,
      ),
      bars,
      random,
    };
  });
  const cursor = svg("rect", { class: "cursor", y: 0, height: FLOOR, width: `${100 / nLayers}%` });
  const every = Math.ceil(nLayers / TICKS);
  const chart = svg(
    "svg",
    { class: "chart", height: HEIGHT, role: "img" },
    cursor,
    ...columns.map(({ root }) => root),
    svg("line", { class: "rule", x1: 0, x2: "100%", y1: FLOOR, y2: FLOOR }),
    ...columns.flatMap((_, layer) =>
      layer % every
        ? []
        : [
            svg(
              "text",
              {
                class: "tick",
                x: `${(100 * (layer + 0.5)) / nLayers}%`,
                y: HEIGHT - 6,
                "text-anchor": "middle",
              },
              String(layer),
            ),
          ],
    ),
  );
  chart.addEventListener(
    "click",
    (event) => {
      const { layer } = (event.target as SVGElement).dataset;
      if (layer !== undefined) store.set({ layer: Number(layer) });
    },
    { signal },
  );
  const rows = types.map((type) => {
    const number = h("td", { class: "number" });
    const kind = meta.semantic.types[type];
    const name = h("th", { scope: "row", title: kind?.about }, sample(type), kind?.label ?? "");
    return { root: h("tr", {}, name, number), number };
  });
  const rest = h("td", { class: "number" });
  const heading = h("p", { class: "subtitle" });
  const legend = h(
    "table",
    { class: "types" },
    h(
      "tbody",
      {},
      ...rows.map(({ root }) => root),
      h("tr", {}, h("th", { scope: "row" }, h("span", { class: "sample" }), "no type"), rest),
    ),
  );
  const ticks = HALVES.map((part) => yLabel(FLOOR - (FLOOR - TOP) * part, ""));
  const caption = h("p", { class: "caption" });
  const root = frame(
    "shares",
    "Modes of each type by layer",
    [counting.root],
    h(
      "div",
      { class: "chart-and-types" },
      h(
        "div",
        {},
        h("div", { class: "plot" }, h("div", { class: "ylabels", "aria-hidden": "true" }, ...ticks), chart),
        h("p", { class: "xlabel" }, "layer"),
      ),
      h("div", {}, heading, legend),
    ),
    caption,
  );

  function draw(which: Counted): void {
    const shares = columns.map((_, layer) => types.map((type) => summary.share(layer, type, which) || 0));
    const chances = columns.map((_, layer) => summary.chance(layer, which));
    const sums = shares.map((each) => each.reduce((total, share) => total + share, 0));
    const end = endOf(Math.max(...sums, ...chances.filter(Number.isFinite)));
    const heightOf = (share: number): number => ((FLOOR - TOP) * share) / end;
    for (const [layer, { bars, random }] of columns.entries()) {
      let bottom = FLOOR;
      for (const [type, bar] of bars.entries()) {
        const height = heightOf(shares[layer]?.[type] ?? 0);
        bottom -= height;
        setAttributes(bar, { y: bottom.toFixed(1), height: height.toFixed(1) });
      }
      const chance = chances[layer] ?? Number.NaN;
      const y = (FLOOR - heightOf(chance || 0)).toFixed(1);
      setAttributes(random, { y1: y, y2: y, visibility: Number.isFinite(chance) ? undefined : "hidden" });
    }
    for (const [place, label] of ticks.entries()) setText(label, formatPercent(end * (HALVES[place] ?? 0)));
    const { n_images, segments_from } = meta.semantic;
    setText(
      caption,
      `Share of each layer’s modes, over ${counted(n_images, "image")}, segments from ${segments_from}. ${LINES[which]}`,
    );
  }

  let drawn = "";
  return {
    root,
    keys: ["layer", "view"],
    paint() {
      const { layer, view } = store.state;
      counting.paint(view.counted);
      setAttributes(cursor, { x: `${(100 * layer) / nLayers}%` });
      if (drawn !== view.counted) {
        drawn = view.counted;
        draw(view.counted);
      }
      const shares = types.map((type) => summary.share(layer, type, view.counted));
      setText(heading, `Layer ${layer}`);
      for (const [type, { number }] of rows.entries()) setText(number, formatPercent(shares[type] ?? 0));
      setText(rest, formatPercent(1 - shares.reduce((total, share) => total + share, 0)));
      const said = rows.map(
        (_, type) => `${meta.semantic.types[type]?.label} ${formatPercent(shares[type] ?? 0)}`,
      );
      setAttributes(chart, { "aria-label": `Shares of modes by type. Layer ${layer}: ${said.join(", ")}` });
    },
  };
}
