/**
 * Which head? One cell a head, layers from left to right as in the trend below it, coloured by any number per head.
 *
 * Diverging numbers are centred at zero. One stop in the tab order; arrow keys move and select.
 */

import type { Theme } from "../lib/colour.ts";
import { css, inkOn } from "../lib/colour.ts";
import type { Data, HeadNumber } from "../lib/data.ts";
import { FOCUSABLE, h, select, setAttributes, setText } from "../lib/dom.ts";
import { clamp, defined, format } from "../lib/numbers.ts";
import { headScale, scaleLegend } from "./head-scale.ts";
import { type Choosing, frame, type Panel, type PanelContext, setView } from "./panel.ts";

/** Layers and heads that an arrow key goes. */
const STEPS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface GridContext {
  readonly store: Choosing<{ readonly layer: number; readonly head: number; readonly theme: Theme }>;
  readonly data: Pick<Data, "meta" | "spectra">;
  readonly signal: AbortSignal;
}

/** Where the number that colours the heads is kept, by its key. */
interface NumberChoice {
  chosen(): string;
  choose(key: string): void;
}

/** The explorer's: the number can be chosen. */
export function gridPanel(context: PanelContext): Panel {
  const { store } = context;
  const number = {
    chosen: () => store.state.view.number,
    choose: (key: string) => setView(store, { number: key }),
  };
  return { ...headGrid(context, number), keys: ["layer", "head", "view", "theme"] };
}

/** Without a choice, the first number colours the heads, and nothing is said of it. */
export function headGrid({ store, data, signal }: GridContext, number?: NumberChoice) {
  const { n_layers: nLayers, n_heads: nHeads, head_numbers: numbers } = data.meta;
  const cells = Array.from({ length: nLayers * nHeads }, (_, i) => cell(Math.floor(i / nHeads), i % nHeads));
  const cellOf = (layer: number, head: number): HTMLElement => cells[layer * nHeads + head] as HTMLElement;
  const grid = table(nLayers, nHeads, cellOf);
  const legend = h("div", { class: "legend" });
  const readout = h("output", { class: "readout", "aria-live": "off" });
  const chooser = select(
    "colour",
    numbers.map(({ key, label }) => [key, label] as const),
    (key) => number?.choose(key),
    signal,
  );
  const about = h("p", { class: "caption" });
  const foot = h("div", { class: "foot" }, legend, readout);
  const root = frame("grid", "Heads", number ? [chooser.root] : [], grid, foot, ...(number ? [about] : []));

  const target = (event: Event): HTMLElement | null => (event.target as Element).closest("[data-head]");
  const address = (element: HTMLElement) => ({
    layer: Number(element.dataset.layer),
    head: Number(element.dataset.head),
  });
  const choose = (element: HTMLElement | null): void => {
    if (element) store.set(address(element));
  };
  const say = (element: HTMLElement | null): void => {
    const { layer, head } = element ? address(element) : store.state;
    const { label, values } = current();
    setText(readout, `L${layer} H${head}  ${label} ${defined(values[layer * nHeads + head], format)}`);
  };
  grid.addEventListener("click", (event) => choose(target(event)), { signal });
  grid.addEventListener("pointerover", (event) => say(target(event)), { signal });
  grid.addEventListener("pointerleave", () => say(null), { signal });
  grid.addEventListener("keydown", onKey, { signal });

  function onKey(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const { layer, head } = store.state;
    choose(cellOf(clamp(layer + step[0], 0, nLayers - 1), clamp(head + step[1], 0, nHeads - 1)));
    store.flush();
    cellOf(store.state.layer, store.state.head).focus();
  }

  function current(): HeadNumber & { values: ArrayLike<number> } {
    const index = Math.max(
      0,
      numbers.findIndex(({ key }) => key === number?.chosen()),
    );
    const found = numbers[index] ?? { key: "", label: "", diverging: true, about: "" };
    return { ...found, values: data.spectra.headNumber(index) };
  }

  let coloured = "";
  let marked: HTMLElement | undefined;
  function colour(): void {
    const { theme } = store.state;
    const shown = current();
    if (coloured === `${shown.key} ${theme}`) return;
    coloured = `${shown.key} ${theme}`;
    chooser.input.value = shown.key;
    setText(about, shown.about);
    const scale = headScale(shown, theme);
    for (const [i, element] of cells.entries()) {
      const value = shown.values[i] ?? Number.NaN;
      const fill = scale.colour(value);
      element.style.backgroundColor = css(fill);
      element.dataset.ink = inkOn(fill);
      const name = `layer ${Math.floor(i / nHeads)}, head ${i % nHeads}`;
      element.setAttribute("aria-label", `${name}: ${shown.label} ${defined(value, format)}`);
      // The neutral colour is that of zero, and a small cell has no room for a dash.
      element.toggleAttribute("data-undefined", !Number.isFinite(value));
      setText(element, scale.short(value));
    }
    legend.replaceChildren(...scaleLegend(scale));
  }

  return {
    root,
    paint(): void {
      colour();
      const { layer, head } = store.state;
      if (marked) setAttributes(marked, { tabindex: -1, "aria-selected": "false" });
      marked = cellOf(layer, head);
      setAttributes(marked, { tabindex: 0, "aria-selected": "true" });
      say(null);
    },
  };
}

function cell(layer: number, head: number): HTMLElement {
  return h("div", {
    role: "gridcell",
    class: "cell",
    tabindex: -1,
    "aria-selected": "false",
    "data-layer": layer,
    "data-head": head,
    ...FOCUSABLE,
  });
}

function table(nLayers: number, nHeads: number, cellOf: (l: number, h: number) => HTMLElement): HTMLElement {
  const layers = Array.from({ length: nLayers }, (_, layer) => layer);
  const rows = Array.from({ length: nHeads }, (_, head) =>
    h(
      "div",
      { role: "row", class: "row" },
      h("span", { role: "rowheader", class: "tick" }, `H${head}`),
      ...layers.map((layer) => cellOf(layer, head)),
    ),
  );
  const axis = h(
    "div",
    { role: "row", class: "row axis" },
    h("span", { role: "columnheader", class: "tick" }, "layer"),
    ...layers.map((layer) =>
      h("span", { role: "columnheader", class: "tick", "aria-label": `layer ${layer}` }, `${layer}`),
    ),
  );
  const grid = h("div", { role: "grid", class: "cells", "aria-label": "heads by layer" }, ...rows, axis);
  grid.style.setProperty("--layers", String(nLayers));
  grid.style.setProperty("--heads", String(nHeads));
  return grid;
}
