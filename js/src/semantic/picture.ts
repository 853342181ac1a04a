/** The image with its segments outlined and numbered, and the arrows of the current mode on it. */

import { h, setAttributes, setText, svg } from "../lib/dom.ts";
import { format } from "../lib/numbers.ts";
import { bordersOf } from "../lib/outlines.ts";
import { frame } from "../panels/panel.ts";
import { arrowShape, type Flow, strongest } from "./arrows.ts";
import {
  currentTables,
  levelOf,
  type Pair,
  type Part,
  pairAt,
  type SemanticContext,
  samePair,
} from "./context.ts";
import {
  type Level,
  numberOf,
  relation,
  rowLabel,
  rowNames,
  type SegmentedImage,
  type Table,
} from "./data.ts";
import { type Place, placesOf } from "./places.ts";

/** Widths in pixels of the faintest and the strongest arrow. */
const [THIN, THICK] = [1.4, 8];

export function picturePanel(context: SemanticContext): Part {
  const { store, data, segments, signal } = context;
  const { meta } = data;
  const photograph = h("img", { alt: "", draggable: "false" });
  const halo = svg("path", { class: "halo" });
  const borders = svg("path", { class: "borders" });
  const arrows = svg("g", { class: "arrows" });
  const numbers = svg("g", { class: "numbers" });
  const drawing = svg(
    "svg",
    { class: "marks", preserveAspectRatio: "none", "aria-hidden": "true" },
    halo,
    borders,
    arrows,
    numbers,
  );
  const pane = h("div", { class: "pane", role: "img", "data-testid": "qk-segments" }, photograph, drawing);
  const readout = h("output", { class: "readout", "aria-live": "polite", "data-testid": "qk-pair" });
  const root = frame(
    "pictured",
    "What this mode carries, key to query",
    [],
    pane,
    readout,
    h("p", { class: "caption" }, "An arrow with a bar at its end lowers scores."),
  );

  let segmented = "";
  let places: (Place | undefined)[] = [];
  let drawn: readonly unknown[] = [];
  let shapes: { readonly flow: Flow; readonly group: SVGGElement }[] = [];

  function outline(image: number, level: Level, one: SegmentedImage): void {
    if (segmented === `${image} ${level}`) return;
    segmented = `${image} ${level}`;
    const regions = segments.regions(image, level);
    const names = rowNames(one, level);
    places = placesOf(regions, names.length);
    const path = bordersOf(regions, (label) => label >= 0);
    setAttributes(photograph, { src: data.pictures[image] });
    setAttributes(drawing, { viewBox: `0 0 ${regions.columns} ${regions.rows}` });
    pane.style.aspectRatio = String(regions.columns / regions.rows);
    setAttributes(halo, { d: path });
    setAttributes(borders, { d: path });
    const size = regions.columns / 100;
    numbers.replaceChildren(
      ...places.flatMap((place, row) => {
        const words = numberOf(level, row);
        if (!place || !words) return [];
        const label = svg("text", { x: place.x, y: place.y, "font-size": 3.8 * size }, words);
        label.style.strokeWidth = String(0.9 * size);
        return [label];
      }),
    );
  }

  function draw(table: Table, level: Level, one: SegmentedImage): void {
    const flows: Flow[] = [];
    for (let query = 0; query < table.size; query++)
      for (let key = 0; key < table.size; key++)
        flows.push({ query, key, value: table.value(query, key), type: relation(one, level, query, key) });
    const unit = one.width / 100;
    shapes = strongest(flows, table.largest).flatMap((flow) => {
      const [from, to] = [places[flow.key], places[flow.query]];
      if (!from || !to) return [];
      const width = THIN + (THICK - THIN) * (Math.abs(flow.value) / table.largest);
      const { d, head } = arrowShape(from, to, unit, width, flow.value < 0);
      const shaft = svg("path", { class: "shaft", d });
      shaft.style.strokeWidth = `${width}px`;
      const under = svg("path", { class: "under", d });
      under.style.strokeWidth = `${width + 3}px`;
      const group = svg(
        "g",
        {
          class: `arrow type${flow.type}`,
          "data-query": flow.query,
          "data-key": flow.key,
          "data-lowers": flow.value < 0,
        },
        under,
        svg("path", { class: "head under-head", d: head }),
        shaft,
        svg("path", { class: "head", d: head }),
      );
      return [{ flow, group }];
    });
    arrows.replaceChildren(...shapes.map(({ group }) => group));
  }

  const point = (event: Event): void => store.set({ pair: pairAt(event) });
  arrows.addEventListener("pointerover", point, { signal });
  arrows.addEventListener("pointerleave", () => store.set({ pair: null }), { signal });
  // A finger leaves before its tap counts.
  pane.addEventListener("click", point, { signal });

  return {
    root,
    keys: ["tables", "layer", "head", "mode", "image", "view", "pair"],
    paint() {
      const { state } = store;
      const one = meta.images[state.image];
      const tables = currentTables(state);
      if (!one) return;
      const level = levelOf(state, one);
      outline(state.image, level, one);
      if (!tables) return;
      const table = tables.table(state.image, level, state.mode);
      const inputs = [tables, state.image, state.mode, level];
      if (inputs.some((input, i) => input !== drawn[i])) {
        drawn = inputs;
        draw(table, level, one);
        setAttributes(pane, { "aria-label": spoken(shapes, one, level) });
      }
      const { pair } = state;
      setAttributes(arrows, { "data-pointed": pair !== null });
      for (const { flow, group } of shapes)
        setAttributes(group, { "data-on": samePair(pair, flow.query, flow.key) });
      setText(readout, pair ? pairWords(context, one, level, table, pair) : resting(shapes.length));
    },
  };
}

const resting = (count: number): string =>
  count
    ? "Point at an arrow or a cell of the table, or walk over the table with the arrow keys, for its number."
    : "This mode carries nothing here.";

function pairWords(
  { data: { meta } }: SemanticContext,
  one: SegmentedImage,
  level: Level,
  table: Table,
  { query, key }: Pair,
): string {
  const value = table.value(query, key);
  const type = meta.semantic.types[relation(one, level, query, key)]?.label ?? "";
  const does = value < 0 ? "lowers" : "raises";
  return `${rowLabel(one, level, key)} → ${rowLabel(one, level, query)}: ${does} the score by ${format(Math.abs(value))} · ${type}`;
}

/** For readers who cannot see the arrows: the strongest three. */
function spoken(shapes: readonly { flow: Flow }[], one: SegmentedImage, level: Level): string {
  const said = shapes
    .slice(-3)
    .reverse()
    .map(
      ({ flow }) =>
        `${rowLabel(one, level, flow.key)} to ${rowLabel(one, level, flow.query)} ${format(flow.value)}`,
    );
  return `${one.name}: ${said.join(", ") || "nothing carried"}`;
}
