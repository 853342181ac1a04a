/** What a head's energy is made of: nine cells as stacked bars and as numbers, for the head, its layer and inside single images. */

import { h, setAttributes, setText } from "../lib/dom.ts";
import { counted, format } from "../lib/numbers.ts";
import { frame } from "../panels/panel.ts";
import {
  CELLS,
  type Cell,
  cellWords,
  isIn,
  labelOf,
  shares,
  VARIANTS,
  type Variant,
  variantWords,
} from "./cells.ts";
import type { FactorContext, FactorPanel } from "./context.ts";
import { labelMark, percentWords } from "./words.ts";

/** The bar and the column that are there where they were asked for. */
const INSIDE = "inside images";
/** Width in percent from which a segment has room for its letters. */
const NAMED_FROM = 8;

export function energyPanel({ store, meta, energies }: FactorContext): FactorPanel {
  const tag = h("span", { class: "tag" });
  const chip = h("p", { class: "chip", "data-testid": "qk-label" });
  const bars = {
    head: bar("this head"),
    layer: bar("its layer"),
    within: bar(INSIDE),
  };
  const { hasWithin } = energies;
  const rows = CELLS.map((cell) => cellRow(cell, hasWithin));
  const columns = VARIANTS.map(([variant, words]) =>
    h("th", { scope: "col", "data-variant": variant }, words),
  );
  const table = h(
    "table",
    { class: "cellshares", "data-testid": "qk-cells" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "query · key"),
        ...columns,
        ...(hasWithin ? [h("th", { scope: "col" }, INSIDE)] : []),
      ),
    ),
    h("tbody", {}, ...rows.map((row) => row.root)),
  );
  const special = h("p", { class: "caption" });
  const caption = h("p", { class: "caption" });
  const root = frame(
    "energy",
    "Energy of this head",
    [tag],
    chip,
    h("div", { class: "bars" }, bars.head.root, bars.layer.root, ...(hasWithin ? [bars.within.root] : [])),
    table,
    special,
    caption,
  );

  function withinShares(layer: number, head: number, variant: Variant): number[] | undefined {
    const values = energies.within(layer, head, variant);
    return values && CELLS.map((cell) => (isIn(cell, variant) ? summed(values, variant, cell) : Number.NaN));
  }

  return {
    root,
    keys: ["layer", "head", "view"],
    paint() {
      const { layer, head, view } = store.state;
      const energy = energies.cells(layer, head);
      const within = withinShares(layer, head, view.variant);
      setText(tag, `L${layer} H${head}`);
      const label = labelOf(energies.label(layer, head));
      chip.replaceChildren(labelMark(label), label.words);
      bars.head.paint(shares(energy, view.variant));
      bars.layer.paint(shares(energies.cells(layer), view.variant));
      if (within) bars.within.paint(within);
      const all = VARIANTS.map(([variant]) => shares(energy, variant));
      for (const [i, row] of rows.entries())
        row.paint(
          all.map((values) => values[i] ?? Number.NaN),
          within?.[i],
        );
      for (const column of table.querySelectorAll<HTMLElement>("[data-variant]"))
        column.toggleAttribute("data-current", column.dataset.variant === view.variant);
      setText(special, specialWords(energies.specialisation(layer, head)));
      setText(caption, captionWords(meta.factors.n_images, hasWithin, view.variant));
    },
  };
}

/** Rows and columns of a variant's factors that make up each of the three; content is image effect and residual together. */
const SPLIT: Record<Variant, { readonly query: readonly number[][]; readonly key: readonly number[][] }> = {
  all: { query: [[0], [1], [2, 3]], key: [[0], [1], [2, 3]] },
  drop_mean: { query: [[], [0], [1, 2]], key: [[], [0], [1, 2]] },
  visible: { query: [[0], [1], [2, 3]], key: [[], [0], [1]] },
};

function summed(values: ArrayLike<number>, variant: Variant, { query, key }: Cell): number {
  const split = SPLIT[variant];
  const columns = split.key.flat().length;
  const pairs = (split.query[query] ?? []).flatMap((a) => (split.key[key] ?? []).map((b) => columns * a + b));
  return pairs.reduce((sum, pair) => sum + (values[pair] ?? 0), 0);
}

function specialWords(numbers: readonly [number, number, number] | undefined): string {
  if (!numbers?.every(Number.isFinite)) return "";
  const [observed, chance, bound] = numbers.map((each) => format(each, 2));
  return `Specialisation ${observed}: how much of the energy lies in the largest cell of its mode, the mean dropped. Random read-outs of the same strengths: ${chance}, 95 % below ${bound}.`;
}

function captionWords(nImages: number, hasWithin: boolean, variant: Variant): string {
  const product = `Bars: of ${variantWords(variant)}. Share of the mean squared product of query and key over all pairs of tokens of ${counted(nImages, "image")}, pairs of different images included: cells add up exactly. A definition of ours, not the paper’s numbers.`;
  if (hasWithin) {
    const seen = variant === "visible" ? " Of the keys’ content, softmax sees the residual alone there." : "";
    return `${product} Inside images: pairs of one image only; there cells are correlated, so the shares are covariance shares, which may be negative.${seen}`;
  }
  return `${product} Shares inside single images were not asked for: within=True.`;
}

/** A bar from 0 to 1 that shows its segments, negative ones to the left of zero. */
function bar(name: string) {
  const segments = CELLS.map(({ kind, name: letters }) =>
    h("span", { class: "segment", "data-kind": kind, "data-cell": letters }),
  );
  const zero = h("i", { class: "zero" });
  const stack = h("div", { class: "stack", "aria-hidden": "true" }, ...segments, zero);
  const root = h("div", { class: "barline" }, h("span", { class: "tick" }, name), stack);
  return {
    root,
    paint(parts: readonly number[]): void {
      const below = parts.reduce((sum, value) => sum + Math.min(0, value || 0), 0);
      const above = parts.reduce((sum, value) => sum + Math.max(0, value || 0), 0);
      const percent = 100 / (above - below || 1);
      let [low, high] = [-below * percent, -below * percent];
      zero.style.left = `${low}%`;
      zero.hidden = below === 0;
      for (const [i, segment] of segments.entries()) {
        const value = parts[i] || 0;
        const width = Math.abs(value) * percent;
        segment.hidden = width === 0;
        if (value < 0) low -= width;
        segment.style.left = `${value < 0 ? low : high}%`;
        segment.style.width = `${width}%`;
        if (value > 0) high += width;
        setText(segment, width > NAMED_FROM ? (CELLS[i]?.name ?? "") : "");
      }
    },
  };
}

function cellRow(cell: Cell, hasWithin: boolean) {
  const numbers = VARIANTS.map(([variant]) => h("td", { class: "number", "data-variant": variant }));
  const within = h("td", { class: "number" });
  const root = h(
    "tr",
    { "data-cell": cell.name },
    h("th", { scope: "row" }, labelMark({ kind: cell.kind, letters: cell.name }), cellWords(cell)),
    ...numbers,
    ...(hasWithin ? [within] : []),
  );
  return {
    root,
    paint(values: readonly number[], inside: number | undefined): void {
      for (const [i, number] of numbers.entries()) {
        const value = values[i] ?? Number.NaN;
        const [variant] = VARIANTS[i] as (typeof VARIANTS)[number];
        setText(number, isIn(cell, variant) ? percentWords(value) : "");
        setAttributes(number, { "data-value": Number.isFinite(value) && value });
      }
      setText(within, inside === undefined || Number.isNaN(inside) ? "" : percentWords(inside));
    },
  };
}
