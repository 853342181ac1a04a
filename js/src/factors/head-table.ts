/** Heads by layer, as a grid of cells with one stop in the tab order. */

import { FOCUSABLE, h, setAttributes } from "../lib/dom.ts";

/** One head: a place to click; what colours it is its owner's. */
export function headCell(layer: number, head: number): HTMLElement {
  return h("div", {
    role: "gridcell",
    class: "cell",
    "data-layer": layer,
    "data-head": head,
    ...FOCUSABLE,
  });
}

/** Layers from left to right, heads from top to bottom, with their numbers. */
export function headTable(
  nLayers: number,
  nHeads: number,
  cellOf: (l: number, h: number) => HTMLElement,
): HTMLElement {
  const layers = Array.from({ length: nLayers }, (_, layer) => layer);
  for (const layer of layers)
    for (let head = 0; head < nHeads; head++)
      setAttributes(cellOf(layer, head), { tabindex: -1, "aria-selected": "false" });
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
