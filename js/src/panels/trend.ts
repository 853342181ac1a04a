/** Does attention look for its like, layer by layer? Weighted mean cosine, single heads, and what chance would give. */

import { css, diverging, type Theme } from "../lib/colour.ts";
import type { Data, Meta, Spectra } from "../lib/data.ts";
import { h, setAttributes, setText, svg } from "../lib/dom.ts";
import { defined, format, formatUnit, linear } from "../lib/numbers.ts";
import { type Choosing, chartAir, frame, type Panel, yLabel } from "./panel.ts";

const WORDS = { qk: "Near 1: tokens look for their like; near 0: for something else. ", ov: "" } as const;
/** Most layers named on the axis. */
const TICKS = 13;

interface TrendContext {
  readonly store: Choosing<{ readonly layer: number; readonly head: number; readonly theme: Theme }>;
  readonly data: Pick<Data, "meta" | "spectra">;
  readonly signal: AbortSignal;
}

/** One chart of several that share an axis: what must be in it, and the means of other snapshots of the same model. */
interface Among {
  readonly title: string;
  readonly tag: string;
  readonly extent: readonly number[];
  readonly others: readonly { readonly means: ArrayLike<number>; readonly colour: string }[];
}

export function trendPanel({ store, data, signal }: TrendContext, among?: Among): Panel {
  const { n_layers: nLayers, n_heads: nHeads } = data.meta;
  const height = (among ? 200 : 150) + chartAir(data.meta);
  const floor = height - 24;
  const heads = data.spectra.heads("head_cosine");
  const mean = data.spectra.layers("layer_cosine");
  const band = data.spectra.layers("layer_band");
  const [low, high] = domain(among?.extent ?? shownValues(data.spectra));
  const y = linear([low, high], [floor, 8]);
  const x = (layer: number): string => `${(100 * (layer + 0.5)) / nLayers}%`;
  const layers = Array.from({ length: nLayers }, (_, layer) => layer);

  // A head without any interaction has no cosine, and a layer of such heads no mean: no dot, and the line breaks there.
  const dots = points(heads).map(([i, value]) =>
    svg("circle", {
      class: "dot",
      cx: x(Math.floor(i / nHeads)),
      cy: y(value),
      r: 2.6,
      "data-layer": Math.floor(i / nHeads),
      "data-head": i % nHeads,
    }),
  );
  const means = points(mean);
  const joined = (values: readonly Point[], look: Record<string, string>): SVGElement[] =>
    steps(values).map(([[a, from], [b, to]]) =>
      svg("line", { ...look, x1: x(a), y1: y(from), x2: x(b), y2: y(to) }),
    );
  const others = (among?.others ?? []).flatMap(({ means: values, colour }) =>
    joined(points(values), { class: "other", stroke: colour }),
  );
  const cursor = svg("rect", { class: "cursor", y: 0, height: floor, width: `${100 / nLayers}%` });
  const ring = svg("circle", { class: "ring", r: 5 });
  const hits = layers.map((l) =>
    svg("rect", {
      class: "hit",
      x: `${(100 * l) / nLayers}%`,
      width: `${100 / nLayers}%`,
      y: 0,
      height,
      "data-layer": l,
    }),
  );
  const every = Math.ceil(nLayers / TICKS);
  const depth = layers
    .filter((layer) => layer % every === 0)
    .map((layer) =>
      svg("text", { class: "tick", x: x(layer), y: height - 8, "text-anchor": "middle" }, String(layer)),
    );
  const chart = svg(
    "svg",
    { class: "chart", height, role: "img" },
    cursor,
    chanceBand(nLayers, band, y, height),
    svg("line", { class: "zero", x1: 0, x2: "100%", y1: y(0), y2: y(0) }),
    svg("line", { class: "rule", x1: 0, x2: "100%", y1: floor, y2: floor }),
    ...others,
    ...joined(means, { class: "mean" }),
    ring,
    ...hits,
    ...dots,
    ...means.map(([l, value]) => svg("circle", { class: "mean-dot", cx: x(l), cy: y(value), r: 2.2 })),
    ...depth,
  );
  const labels = h("div", { class: "ylabels", "aria-hidden": "true" });
  labels.append(...ticks([low, high]).map((value) => yLabel(y(value), formatUnit(value))));
  const readout = h("output", { class: "readout" });
  const root = frame(
    "trend",
    among?.title ?? "Weighted mean cosine by layer",
    among ? [h("span", { class: "tag" }, among.tag)] : [],
    h("div", { class: "plot" }, labels, chart),
    h("p", { class: "xlabel" }, "layer"),
    readout,
    ...(among ? [] : [trendCaption(data.meta)]),
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
        for (const [i, [, value]] of points(heads).entries())
          dots[i]?.setAttribute("fill", css(diverging(value, theme)));
      }
      const value = heads[layer * nHeads + head] ?? Number.NaN;
      setAttributes(cursor, { x: `${(100 * layer) / nLayers}%` });
      const hasValue = Number.isFinite(value);
      setAttributes(ring, {
        cx: x(layer),
        cy: hasValue && y(value),
        visibility: hasValue ? undefined : "hidden",
      });
      const words = `L${layer}  mean ${defined(mean[layer], formatUnit)}  chance ${chanceWords(band[layer])}  H${head} ${defined(value, formatUnit)}`;
      setText(readout, words);
      setAttributes(chart, { "aria-label": `Weighted mean cosine over layers. ${words}` });
    },
  };
}

/** What the chart shows, in words; of several charts, once. */
export const trendCaption = ({ circuit }: Pick<Meta, "circuit">, more = ""): HTMLElement =>
  h(
    "p",
    { class: "caption" },
    `${WORDS[circuit ?? "qk"]}Line: mean of the heads; dots: single heads; band: chance for the mean (95 %)${more}`,
  );

/** All numbers that a chart of these spectra has to hold. */
export function shownValues(spectra: Spectra): number[] {
  const band = spectra.layers("layer_band");
  return [
    ...spectra.heads("head_cosine"),
    ...spectra.layers("layer_cosine"),
    ...band,
    ...band.map((b) => -b),
  ];
}

type Point = readonly [index: number, value: number];

/** What can be drawn. */
const points = (values: ArrayLike<number>): Point[] =>
  Array.from(values, (value, i): Point => [i, value]).filter(([, value]) => Number.isFinite(value));

/** Neighbours that both can. */
const steps = (from: readonly Point[]): [Point, Point][] =>
  from.slice(1).flatMap((to, i): [Point, Point][] => {
    const before = from[i];
    return before && before[0] + 1 === to[0] ? [[before, to]] : [];
  });

const chanceWords = (band: number | undefined): string => defined(band, (b) => `±${format(b, 2)}`);

/** The same numbers in words, for readers who cannot see the chart. */
function numberTable(mean: ArrayLike<number>, band: ArrayLike<number>): HTMLElement {
  const row = (...cells: string[]): HTMLElement => h("tr", {}, ...cells.map((words) => h("td", {}, words)));
  const rows = Array.from(mean, (value, l) => row(`L${l}`, defined(value, formatUnit), chanceWords(band[l])));
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

/** A path cannot have percentages, so the band is its own little picture stretched to the chart's width. */
function chanceBand(
  nLayers: number,
  band: ArrayLike<number>,
  y: (v: number) => number,
  height: number,
): SVGElement {
  const corner = (l: number, value: number): string => `${l + 0.5} ${y(value)}`;
  const pieces = steps(points(band)).map(
    ([[l, b], [m, c]]) => `M${corner(l, b)}L${corner(m, c)}L${corner(m, -c)}L${corner(l, -b)}z`,
  );
  return svg(
    "svg",
    { viewBox: `0 0 ${nLayers} ${height}`, width: "100%", height, preserveAspectRatio: "none" },
    svg("path", { class: "band", d: pieces.join("") }),
  );
}
