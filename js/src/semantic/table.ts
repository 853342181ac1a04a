/** The same numbers in a table: rows are queries, columns keys; zero is neutral. */

import { css, diverging, inkOn } from "../lib/colour.ts";
import { FOCUSABLE, h, setAttributes, setText } from "../lib/dom.ts";
import { withMinus } from "../lib/numbers.ts";
import { frame } from "../panels/panel.ts";
import {
  currentTables,
  levelOf,
  type Pair,
  type Part,
  pairAt,
  type SemanticContext,
  samePair,
} from "./context.ts";
import { type Level, numberOf, rowLabel, type SegmentedImage } from "./data.ts";

/** With more rows than this cells are too small for digits; the number is printed when one is pointed at. */
const MOST_DIGITS = 10;
const FIRST: Pair = { query: 0, key: 0 };
/** Rows down, columns to the right. */
const MOVES: Record<string, readonly [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** As many decimals for all as give the largest two digits, so that columns can be compared at a glance. */
function fixedTo(largest: number): (value: number) => string {
  const decimals = largest > 0 ? Math.min(4, Math.max(0, 1 - Math.floor(Math.log10(largest)))) : 0;
  return (value) => {
    const text = value.toFixed(decimals);
    return Number(text) === 0 ? text.replace("-", "") : withMinus(text);
  };
}

interface Cell {
  readonly root: HTMLElement;
  readonly query: number;
  readonly key: number;
}

export function tablePanel(context: SemanticContext): Part {
  const { store, data, signal } = context;
  const { meta } = data;
  const title = "Segment by segment";
  const table = h("table", {
    class: "flows",
    tabindex: 0,
    "aria-label": `${title}: arrow keys go from cell to cell`,
    "data-testid": "qk-table",
    ...FOCUSABLE,
  });
  const root = frame(
    "flows-panel",
    title,
    [],
    h("div", { class: "scrolled" }, table),
    h(
      "p",
      { class: "caption" },
      "Mean of the visible contribution of a query patch in the row’s segment and a key patch in the column’s to their score: the key less its mean over patches, times the scale of scores, 1/√d_head. Green raises the score, purple lowers it.",
    ),
  );
  let built = "";
  let cells: Cell[] = [];

  function build(image: number, level: Level, one: SegmentedImage, size: number): void {
    if (built === `${image} ${level} ${size}`) return;
    built = `${image} ${level} ${size}`;
    const rows = Array.from({ length: size }, (_, row) => row);
    cells = [];
    const head = h(
      "tr",
      {},
      h("th", { class: "corner" }, "query ↓  key →"),
      ...rows.map((key) => h("th", { scope: "col", title: rowLabel(one, level, key) }, numberOf(level, key))),
    );
    const body = rows.map((query) =>
      h(
        "tr",
        {},
        h("th", { scope: "row", title: rowLabel(one, level, query) }, rowLabel(one, level, query)),
        ...rows.map((key) => {
          const cell = h("td", { "data-query": query, "data-key": key });
          cells.push({ root: cell, query, key });
          return cell;
        }),
      ),
    );
    table.replaceChildren(h("thead", {}, head), h("tbody", {}, ...body));
  }

  /** From the cell that is pointed at to its neighbour; to the first one, if none is. */
  function walk(event: KeyboardEvent): void {
    const { pair } = store.state;
    const move = MOVES[event.key];
    if (event.key === "Escape") store.set({ pair: null });
    if (!move) return;
    event.preventDefault();
    const { query, key } = pair ? { query: pair.query + move[0], key: pair.key + move[1] } : FIRST;
    const cell = cells.find((each) => samePair({ query, key }, each.query, each.key));
    if (!cell) return;
    store.set({ pair: { query, key } });
    cell.root.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // A finger leaves before its tap counts, so a click points, too.
  for (const kind of ["pointerover", "click"] as const)
    table.addEventListener(kind, (event) => store.set({ pair: pairAt(event) }), { signal });
  for (const kind of ["pointerleave", "blur"] as const)
    table.addEventListener(kind, () => store.set({ pair: null }), { signal });
  table.addEventListener("keydown", walk, { signal });

  let painted: readonly unknown[] = [];
  return {
    root,
    keys: ["tables", "layer", "head", "mode", "image", "view", "pair", "theme"],
    paint() {
      const { state } = store;
      const one = meta.images[state.image];
      const tables = currentTables(state);
      if (!one || !tables) return;
      const level = levelOf(state, one);
      const values = tables.table(state.image, level, state.mode);
      build(state.image, level, one, values.size);
      const inputs = [tables, state.image, state.mode, level, state.theme];
      const changed = inputs.some((input, i) => input !== painted[i]);
      painted = inputs;
      const fixed = fixedTo(values.largest);
      for (const { root: cell, query, key } of cells) {
        setAttributes(cell, { "data-on": samePair(state.pair, query, key) });
        if (!changed) continue;
        const value = values.value(query, key);
        const fill = diverging(value / (values.largest || 1), state.theme);
        cell.style.backgroundColor = css(fill);
        setAttributes(cell, { "data-ink": inkOn(fill) });
        setText(cell, values.size <= MOST_DIGITS ? fixed(value) : "");
      }
    },
  };
}
