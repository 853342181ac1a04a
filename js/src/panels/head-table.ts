/** Heads by layer, as a grid of cells with one stop in the tab order: where one clicks, and arrow keys move and select. What colours it is its owner's. */

import { FOCUSABLE, h, setAttributes } from "../lib/dom.ts";
import { clamp } from "../lib/numbers.ts";
import type { Choosing } from "./panel.ts";

/** Layers and heads that an arrow key goes. */
const STEPS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface Head {
  readonly layer: number;
  readonly head: number;
}

interface Choice {
  readonly store: Choosing<Head>;
  readonly nLayers: number;
  readonly nHeads: number;
  readonly signal: AbortSignal;
  /** tells of the head that is pointed at, or else of the one that is chosen */
  say(head: Head): void;
}

/** Layers from left to right, heads from top to bottom, with their numbers; cells head by head within a layer. */
export function headTable({ store, nLayers, nHeads, signal, say }: Choice) {
  const heads = Array.from({ length: nLayers * nHeads }, (_, i) => ({
    layer: Math.floor(i / nHeads),
    head: i % nHeads,
  }));
  const cells = heads.map(({ layer, head }) =>
    h("div", {
      role: "gridcell",
      class: "cell",
      tabindex: -1,
      "aria-selected": "false",
      "data-layer": layer,
      "data-head": head,
      ...FOCUSABLE,
    }),
  );
  const cellOf = ({ layer, head }: Head): HTMLElement => cells[layer * nHeads + head] as HTMLElement;
  const root = table(nLayers, nHeads, cellOf);

  const pointed = (event: Event): Head | null => {
    const cell = (event.target as Element).closest<HTMLElement>("[data-head]");
    return cell && { layer: Number(cell.dataset.layer), head: Number(cell.dataset.head) };
  };
  root.addEventListener(
    "click",
    (event) => {
      const head = pointed(event);
      if (head) store.set(head);
    },
    { signal },
  );
  root.addEventListener("pointerover", (event) => say(pointed(event) ?? store.state), { signal });
  root.addEventListener("pointerleave", () => say(store.state), { signal });
  root.addEventListener(
    "keydown",
    (event) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      const { layer, head } = store.state;
      store.set({
        layer: clamp(layer + step[0], 0, nLayers - 1),
        head: clamp(head + step[1], 0, nHeads - 1),
      });
      store.flush();
      cellOf(store.state).focus();
    },
    { signal },
  );

  let marked: HTMLElement | undefined;
  return {
    root,
    heads,
    cells,
    /** the chosen head is the one that is reached by the tab key, and told of */
    paint(): void {
      if (marked) setAttributes(marked, { tabindex: -1, "aria-selected": "false" });
      marked = cellOf(store.state);
      setAttributes(marked, { tabindex: 0, "aria-selected": "true" });
      say(store.state);
    },
  };
}

function table(nLayers: number, nHeads: number, cellOf: (head: Head) => HTMLElement): HTMLElement {
  const layers = Array.from({ length: nLayers }, (_, layer) => layer);
  const rows = Array.from({ length: nHeads }, (_, head) =>
    h(
      "div",
      { role: "row", class: "row" },
      h("span", { role: "rowheader", class: "tick" }, `H${head}`),
      ...layers.map((layer) => cellOf({ layer, head })),
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
