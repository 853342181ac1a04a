/** How many modes are of which type, layer by layer; the key to all colours and dashes; and the modes of this head by type. */

import { FOCUSABLE, h, setAttributes, setText, svg } from "../lib/dom.ts";
import { defined, format, formatPercent, formatUnit } from "../lib/numbers.ts";
import { segmented } from "../lib/segmented.ts";
import { frame, yLabel } from "../panels/panel.ts";
import { currentTables, type Part, type SemanticContext, setView } from "./context.ts";
import { N_TYPES } from "./data.ts";

const [TOP, FLOOR, HEIGHT] = [6, 150, 172];
/** Most layers named on the axis. */
const TICKS = 13;

/** A short stroke as arrows of the type are drawn. */
const sample = (type: number): SVGSVGElement =>
  svg(
    "svg",
    { class: `sample type${type}`, width: 30, height: 10, "aria-hidden": "true" },
    svg("path", { class: "shaft", d: "M0 5H30" }),
  );

export function sharesPanel(context: SemanticContext): Part {
  const { store, data, summary, signal } = context;
  const { meta } = data;
  const { n_layers: nLayers } = meta;
  const types = Array.from({ length: N_TYPES }, (_, type) => type);
  const counted = segmented<"all" | "above">(
    "count",
    [
      ["all", "more than chance"],
      ["above", "and than random directions"],
    ],
    (value) => setView(store, { counted: value }),
    signal,
  );
  counted.root.title =
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
  const ticks = [0, 0.5, 1].map((share) => yLabel(FLOOR - (FLOOR - TOP) * share, formatPercent(share)));
  const root = frame(
    "shares",
    "Modes of each type by layer",
    [counted.root],
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
    h(
      "p",
      { class: "caption" },
      `Share of each layer’s modes, over ${meta.semantic.n_images} images, segments from ${meta.semantic.segments_from}. ` +
        "Line across: the share of random pairs of directions that pass the same test.",
    ),
  );

  let drawn = "";
  return {
    root,
    keys: ["layer", "view"],
    paint() {
      const { layer, view } = store.state;
      counted.paint(view.counted);
      setAttributes(cursor, { x: `${(100 * layer) / nLayers}%` });
      if (drawn !== view.counted) {
        drawn = view.counted;
        for (const [number, { bars, random }] of columns.entries()) {
          let bottom = FLOOR;
          for (const [type, bar] of bars.entries()) {
            const height = (FLOOR - TOP) * (summary.share(number, type, view.counted) || 0);
            bottom -= height;
            setAttributes(bar, { y: bottom.toFixed(1), height: height.toFixed(1) });
          }
          const y = FLOOR - (FLOOR - TOP) * (summary.random(number) || 0);
          const shown = view.counted === "all" && Number.isFinite(summary.random(number));
          setAttributes(random, { y1: y, y2: y, visibility: shown ? undefined : "hidden" });
        }
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

/** What is known of the mode over all images, in words. */
export function modeWords({ store, data, summary }: SemanticContext): Part {
  const { spectra, meta } = data;
  const key = h("span", { class: "key" });
  const samples = Array.from({ length: N_TYPES }, (_, type) => sample(type));
  const words = h("b");
  const sure = h("span");
  const numbers = h("span");
  const caveat = h("span", { class: "caveat" });
  return {
    root: h("p", { class: "mode", "data-testid": "qk-mode" }, key, words, sure, numbers, caveat),
    keys: ["layer", "head", "mode", "tables"],
    paint() {
      const { layer, head, mode } = store.state;
      const type = summary.type(layer, head, mode);
      const tables = currentTables(store.state);
      key.replaceChildren(...(type >= 0 ? [samples[type] as SVGSVGElement] : []));
      setText(words, type >= 0 ? (meta.semantic.types[type]?.label ?? "") : "no type");
      const random = summary.isAbove(layer, head, mode) ? "above" : "not above";
      const p = tables ? ` (p ${defined(tables.p(mode), (value) => format(value, 2))})` : "";
      setText(
        sure,
        type >= 0
          ? `more than chance${p}, ${random} 95 % of random directions`
          : `no relation is more than chance${p}`,
      );
      const sigma = defined(spectra.modes("singular_values", layer, head)[mode], format);
      const cosine = defined(spectra.modes("cosine", layer, head)[mode], formatUnit);
      setText(numbers, `σ ${sigma} · cosine ${cosine}`);
      setText(caveat, spectra.caveat(layer, head, mode));
    },
  };
}

/** The modes of the head side by side, each in the colour of its type; filled where it is above random directions, too. */
export function modeStrip({ store, data, summary, signal }: SemanticContext): Part {
  const { meta } = data;
  const cells = Array.from({ length: meta.n_modes }, (_, mode) =>
    h("button", { type: "button", class: "chip", "data-mode": mode, tabindex: -1, ...FOCUSABLE }),
  );
  const root = h(
    "div",
    { class: "strip", role: "group", "aria-label": "modes of this head by type" },
    ...cells,
  );
  root.addEventListener(
    "click",
    (event) => {
      const { mode } = (event.target as HTMLElement).dataset;
      if (mode !== undefined) store.set({ mode: Number(mode) });
    },
    { signal },
  );
  return {
    root: h(
      "div",
      { class: "strip-row" },
      h("span", { class: "caption" }, "modes of this head"),
      root,
      h("span", { class: "caption" }, "filled: above random directions, too"),
    ),
    keys: ["layer", "head", "mode"],
    paint() {
      const { layer, head, mode: chosen } = store.state;
      for (const [mode, cell] of cells.entries()) {
        const type = summary.type(layer, head, mode);
        const label = type >= 0 ? (meta.semantic.types[type]?.label ?? "") : "no type";
        setAttributes(cell, {
          class: `chip type${type}`,
          "data-above": type >= 0 && summary.isAbove(layer, head, mode),
          "aria-pressed": String(mode === chosen),
          title: `M${mode}: ${label}`,
          "aria-label": `M${mode}: ${label}`,
        });
      }
    },
  };
}
