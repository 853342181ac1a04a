/** Same object, other objects, background: how much attention each gets, layer by layer, beside what uniform attention would give. */

import { h, setAttributes, setText, svg } from "../lib/dom.ts";
import { format, formatUnit, linear } from "../lib/numbers.ts";
import { frame, yLabel } from "../panels/panel.ts";
import { headWords, type Part, type PreferenceContext, type Shown } from "./context.ts";
import { type Curves, GROUP_WORDS, GROUPS, N_GROUPS, type Scene } from "./data.ts";

const [TOP, FLOOR, HEIGHT] = [8, 190, 214];
/** Most layers named on the axis. */
const TICKS = 13;
const BOTH = [0, 1, 2] as const;
/** The background's line has the colour of ink, and so has the line of chance for all. */
const NEUTRAL = 2;
/** Ends of the axis within a power of ten. */
const ENDS = [1, 1.2, 1.6, 2, 3, 4, 6, 8, 10];

export function curvesPanel({ store, meta, signal }: PreferenceContext, tools: HTMLElement): Part {
  const { n_layers: nLayers } = meta;
  const layers = Array.from({ length: nLayers }, (_, layer) => layer);
  // Means of a model with other layers would run off the axis.
  const fitting = meta.curves?.mass[0]?.[0]?.length === nLayers ? meta.curves : null;
  const x = (layer: number): string => `${(100 * (layer + 0.5)) / nLayers}%`;
  const lines = GROUPS.map((group) => ({
    band: svg("path", { class: `interval ${group}` }),
    many: svg("path", { class: `many ${group}` }),
    chance: svg("path", { class: `chance ${group}` }),
    line: svg("path", { class: `line ${group}` }),
  }));
  const stretched = svg(
    "svg",
    { viewBox: `0 0 ${nLayers} ${HEIGHT}`, width: "100%", height: HEIGHT, preserveAspectRatio: "none" },
    ...lines.map(({ band }) => band),
    ...lines.flatMap(({ many, chance }) => [many, chance]),
    ...lines.map(({ line }) => line),
  );
  const cursor = svg("rect", { class: "cursor", y: 0, height: FLOOR, width: `${100 / nLayers}%` });
  const every = Math.ceil(nLayers / TICKS);
  const chart = svg(
    "svg",
    { class: "chart", height: HEIGHT, role: "img" },
    cursor,
    svg("line", { class: "rule", x1: 0, x2: "100%", y1: FLOOR, y2: FLOOR }),
    stretched,
    ...layers
      .filter((layer) => layer % every === 0)
      .map((layer) =>
        svg("text", { class: "tick", x: x(layer), y: HEIGHT - 8, "text-anchor": "middle" }, String(layer)),
      ),
    ...layers.map((layer) =>
      svg("rect", {
        class: "hit",
        x: `${(100 * layer) / nLayers}%`,
        width: `${100 / nLayers}%`,
        height: HEIGHT,
        "data-layer": layer,
      }),
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
  const ticks = BOTH.map((part) => yLabel(FLOOR - ((FLOOR - TOP) * part) / 2, ""));
  const rows = GROUPS.map((group, place) => numberRow(group, GROUP_WORDS[place] ?? ""));
  const numbers = h(
    "table",
    { class: "groups", "data-testid": "qk-groups" },
    h("thead", {}, ...headings()),
    h("tbody", {}, ...rows.map(({ root }) => root)),
  );
  const heading = h("p", { class: "subtitle" });
  const caption = h("p", { class: "caption" });
  const root = frame(
    "curves",
    "Attention by layer",
    [tools],
    h(
      "div",
      { class: "chart-and-numbers" },
      h(
        "div",
        {},
        h("div", { class: "plot" }, h("div", { class: "ylabels", "aria-hidden": "true" }, ...ticks), chart),
        h("p", { class: "xlabel" }, "layer"),
      ),
      h("div", { class: "numbers" }, heading, numbers, caption),
    ),
  );

  /** A line through what is defined; it breaks where nothing is. */
  function path(values: readonly (number | null | undefined)[], y: (value: number) => number): string {
    let d = "";
    let drawing = false;
    for (const [layer, value] of values.entries()) {
      const known = value !== null && value !== undefined && Number.isFinite(value);
      if (known) d += `${drawing ? "L" : "M"}${layer + 0.5} ${y(value as number).toFixed(1)}`;
      drawing = known;
    }
    return d;
  }

  function draw(scene: Scene, { view, head }: Shown): void {
    const kind = view.curves;
    const itself = view.itself === "yes";
    const curves = GROUPS.map((_, group) => scene.curve(kind, itself, group, head));
    const behind = fitting && head < 0 ? fitting : null;
    const many = GROUPS.map((_, group) => behind?.[kind][itself ? 0 : 1]?.[group] ?? []);
    const largest = kind === "mass" ? 1 : topOf([...curves, ...many]);
    const y = linear([0, largest], [FLOOR, TOP]);
    for (const [group, { line, chance, many: mean, band }] of lines.entries()) {
      setAttributes(line, { d: path(curves[group] ?? [], y) });
      // Of enrichment, chance is 1 for all.
      const by = kind === "mass" ? scene.chance(itself, group) : group === NEUTRAL ? 1 : Number.NaN;
      setAttributes(chance, { d: Number.isFinite(by) ? `M0 ${y(by).toFixed(1)}H${nLayers}` : "" });
      setAttributes(mean, { d: path(many[group] ?? [], y) });
      setAttributes(band, { d: behind ? bandPath(behind, kind, itself, group, y) : "" });
    }
    for (const [part, label] of ticks.entries()) setText(label, format((largest * part) / 2, 2));
    setText(caption, [captionOf(kind, behind), ...meta.notes].join(" "));
  }

  let drawn: readonly unknown[] = [];
  return {
    root,
    keys: ["shown", "layer", "head", "view"],
    paint() {
      const { state } = store;
      const { shown, layer, head, view } = state;
      setAttributes(cursor, { x: `${(100 * layer) / nLayers}%` });
      if (!shown) return;
      const inputs = [shown.scene, head, view];
      if (inputs.some((input, i) => input !== drawn[i])) {
        drawn = inputs;
        draw(shown.scene, state);
      }
      setText(heading, `Layer ${layer}, ${headWords(head, meta.n_heads)}`);
      const said = rows.map((row, group) => row.paint(shown.scene, state, group));
      setAttributes(chart, { "aria-label": `Attention over layers. Layer ${layer}: ${said.join(", ")}` });
    },
  };
}

/** The end of the axis: a round number above all that is drawn. */
function topOf(curves: readonly (readonly (number | null)[])[]): number {
  const largest = Math.max(2, ...curves.flat().filter((value): value is number => Number.isFinite(value)));
  const power = 10 ** Math.floor(Math.log10(largest));
  return power * (ENDS.find((end) => end * power >= largest) ?? 10);
}

function bandPath(
  curves: Curves,
  kind: "mass" | "enrichment",
  itself: boolean,
  group: number,
  y: (value: number) => number,
): string {
  const bounds = curves[`${kind}_interval`][itself ? 0 : 1]?.[group] ?? [];
  const known = bounds.every((pair) => pair.every((value) => value !== null));
  if (!known || !bounds.length) return "";
  const corner = (layer: number, side: 0 | 1): string =>
    `${layer + 0.5} ${y(bounds[layer]?.[side] as number).toFixed(1)}`;
  const upper = bounds.map((_, layer) => corner(layer, 1));
  const lower = bounds.map((_, layer) => corner(layer, 0)).reverse();
  return `M${[...upper, ...lower].join("L")}z`;
}

function captionOf(kind: "mass" | "enrichment", behind: Curves | null): string {
  const chance =
    kind === "mass"
      ? "Thin lines: the share of the area, which uniform attention would give."
      : "Attention over the share of the area; thin line: 1, uniform attention.";
  return behind ? `${chance} Pale, with a band: the mean of ${behind.of} and its 95 % interval.` : chance;
}

function headings(): HTMLElement[] {
  const words = ["", "attention", "if uniform", "enrichment"];
  return [h("tr", {}, ...words.map((word) => h("th", { scope: "col" }, word)))];
}

function numberRow(group: string, words: string) {
  const cells = Array.from({ length: N_GROUPS }, () => h("td", { class: "number" }));
  const swatch = svg(
    "svg",
    { class: "key", width: 26, height: 8, "aria-hidden": "true" },
    svg("path", { class: `line ${group}`, d: "M0 4H26" }),
  );
  return {
    root: h("tr", { "data-group": group }, h("th", { scope: "row" }, swatch, words), ...cells),
    paint(scene: Scene, { view, layer, head }: Shown, place: number): string {
      const itself = view.itself === "yes";
      const mass = scene.curve("mass", itself, place, head)[layer] ?? Number.NaN;
      const ratio = scene.curve("enrichment", itself, place, head)[layer] ?? Number.NaN;
      const said = [formatUnit(mass), formatUnit(scene.chance(itself, place)), `× ${format(ratio, 2)}`];
      for (const [i, cell] of cells.entries()) setText(cell, said[i] ?? "");
      return `${words} ${said[0]}`;
    },
  };
}
