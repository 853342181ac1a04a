/** Does attention look for its like, layer by layer? Weighted mean cosine, single heads, and what chance would give. */

import { css, diverging } from "../lib/colour.ts";
import { h, setAttributes, setText, svg } from "../lib/dom.ts";
import { format, formatUnit, linear } from "../lib/numbers.ts";
import { frame, type Panel, type PanelContext } from "./panel.ts";

const HEIGHT = 150;
const PLOT = { top: 8, bottom: 126 } as const;

export function trendPanel({ store, data, signal }: PanelContext): Panel {
  const { n_layers: nLayers, n_heads: nHeads } = data.meta;
  const heads = data.spectra.heads("head_cosine");
  const mean = data.spectra.layers("layer_cosine");
  const band = data.spectra.layers("layer_band");
  const [low, high] = domain([...heads, ...mean, ...band, ...band.map((b) => -b)]);
  const y = linear([low, high], [PLOT.bottom, PLOT.top]);
  const x = (layer: number): string => `${(100 * (layer + 0.5)) / nLayers}%`;
  const layers = Array.from({ length: nLayers }, (_, layer) => layer);

  const dots = Array.from(heads, (value, i) =>
    svg("circle", {
      class: "dot",
      cx: x(Math.floor(i / nHeads)),
      cy: y(value),
      r: 2.6,
      "data-layer": Math.floor(i / nHeads),
      "data-head": i % nHeads,
    }),
  );
  const line = layers
    .slice(1)
    .map((l) =>
      svg("line", { class: "mean", x1: x(l - 1), y1: y(mean[l - 1] ?? 0), x2: x(l), y2: y(mean[l] ?? 0) }),
    );
  const cursor = svg("rect", { class: "cursor", y: 0, height: PLOT.bottom, width: `${100 / nLayers}%` });
  const ring = svg("circle", { class: "ring", r: 5 });
  const hits = layers.map((l) =>
    svg("rect", {
      class: "hit",
      x: `${(100 * l) / nLayers}%`,
      width: `${100 / nLayers}%`,
      y: 0,
      height: HEIGHT,
      "data-layer": l,
    }),
  );
  const depth = [0, 0.5, 1].map((t) =>
    svg(
      "text",
      { class: "tick", x: x(t * (nLayers - 1)), y: HEIGHT - 8, "text-anchor": "middle" },
      String(t),
    ),
  );
  const chart = svg(
    "svg",
    { class: "chart", height: HEIGHT, role: "img" },
    cursor,
    chanceBand(nLayers, band, y),
    svg("line", { class: "zero", x1: 0, x2: "100%", y1: y(0), y2: y(0) }),
    svg("line", { class: "rule", x1: 0, x2: "100%", y1: PLOT.bottom, y2: PLOT.bottom }),
    ...line,
    ring,
    ...hits,
    ...dots,
    ...layers.map((l) => svg("circle", { class: "mean-dot", cx: x(l), cy: y(mean[l] ?? 0), r: 2.2 })),
    ...depth,
  );
  const labels = h("div", { class: "ylabels", "aria-hidden": "true" });
  for (const value of ticks([low, high])) {
    const label = h("span", { class: "tick at" }, formatUnit(value));
    label.style.top = `${y(value)}px`;
    labels.append(label);
  }
  const readout = h("output", { class: "readout" });
  const root = frame(
    "trend",
    "Weighted mean cosine",
    [],
    h("div", { class: "plot" }, labels, chart),
    h("p", { class: "xlabel" }, "normalised layer l / (L − 1)"),
    readout,
    h(
      "p",
      { class: "caption" },
      "line: mean of the heads; dots: single heads; band: chance for the mean (95 %)",
    ),
    numberTable(mean, band),
  );
  chart.addEventListener(
    "click",
    (event) => {
      const { layer, head } = (event.target as SVGElement).dataset;
      if (layer !== undefined)
        store.set({ layer: Number(layer), ...(head !== undefined && { head: Number(head) }) });
    },
    { signal },
  );

  let drawn = "";
  return {
    root,
    keys: ["layer", "head", "theme"],
    paint() {
      const { layer, head, theme } = store.state;
      if (drawn !== theme) {
        drawn = theme;
        for (const [i, dot] of dots.entries())
          dot.setAttribute("fill", css(diverging(heads[i] ?? Number.NaN, theme)));
      }
      const value = heads[layer * nHeads + head] ?? Number.NaN;
      setAttributes(cursor, { x: `${(100 * layer) / nLayers}%` });
      setAttributes(ring, { cx: x(layer), cy: y(value || 0) });
      const words = `L${layer}  mean ${formatUnit(mean[layer] ?? Number.NaN)}  chance ±${format(band[layer] ?? Number.NaN, 2)}  H${head} ${formatUnit(value)}`;
      setText(readout, words);
      setAttributes(chart, { "aria-label": `Weighted mean cosine over layers. ${words}` });
    },
  };
}

/** The same numbers in words, for readers who cannot see the chart. */
function numberTable(mean: ArrayLike<number>, band: ArrayLike<number>): HTMLElement {
  const row = (...cells: string[]): HTMLElement => h("tr", {}, ...cells.map((words) => h("td", {}, words)));
  const rows = Array.from(mean, (value, l) =>
    row(`L${l}`, formatUnit(value), `±${format(band[l] ?? Number.NaN, 2)}`),
  );
  return h("table", { class: "unseen-table" }, h("tbody", {}, row("layer", "mean", "chance"), ...rows));
}

/** Everything shown, zero included, with a little air so that no dot sits on the frame. */
function domain(values: readonly number[]): [number, number] {
  const finite = values.filter(Number.isFinite);
  const low = Math.min(0, ...finite);
  const high = Math.max(0.1, ...finite);
  const air = 0.05 * (high - low);
  return [low - air, high + air];
}

/** Round numbers inside the domain, zero among them. */
function ticks([low, high]: readonly [number, number]): number[] {
  const step = [0.05, 0.1, 0.25].find((size) => (high - low) / size <= 6) ?? 0.5;
  const count = Math.floor(high / step) - Math.ceil(low / step) + 1;
  return Array.from({ length: count }, (_, i) => (Math.ceil(low / step) + i) * step);
}

/** A polygon cannot have percentages, so the band is its own little picture stretched to the chart's width. */
function chanceBand(nLayers: number, band: ArrayLike<number>, y: (v: number) => number): SVGElement {
  const points = (sign: number): string[] =>
    Array.from(band, (b, layer) => `${layer + 0.5},${y(sign * (b || 0))}`);
  return svg(
    "svg",
    { viewBox: `0 0 ${nLayers} ${HEIGHT}`, width: "100%", height: HEIGHT, preserveAspectRatio: "none" },
    svg("polygon", { class: "band", points: [...points(1), ...points(-1).reverse()].join(" ") }),
  );
}
