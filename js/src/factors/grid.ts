/**
 * Which head? One cell a head, layers from left to right, coloured by label or by any number per head.
 *
 * A label is a colour and two letters; it is dashed where a head is no more specialised than random read-outs.
 */

import { css, inkOn } from "../lib/colour.ts";
import { FOCUSABLE, h, setAttributes, setText } from "../lib/dom.ts";
import { defined, format } from "../lib/numbers.ts";
import { setView } from "../lib/store.ts";
import { headScale, scaleLegend } from "../panels/head-scale.ts";
import { headTable } from "../panels/head-table.ts";
import { frame } from "../panels/panel.ts";
import {
  CELL_NUMBERS,
  cellShare,
  isNumberIn,
  LABELS,
  labelOf,
  UNDEFINED,
  type Variant,
  variantWords,
} from "./cells.ts";
import type { FactorContext, FactorPanel } from "./context.ts";
import { labelMark, percentWords } from "./words.ts";

const UNSPECIALISED = "no more specialised than random read-outs";

/** What heads can be coloured by, with its values. */
interface HeadColouring {
  readonly label: string;
  readonly about: string;
  readonly diverging: boolean;
  /** in per cent */
  readonly isShare: boolean;
  readonly values: readonly number[];
}

export function headGrid({ store, meta, energies, signal }: FactorContext): FactorPanel {
  const { n_layers: nLayers, n_heads: nHeads } = meta;
  const table = headTable({
    store,
    nLayers,
    nHeads,
    signal,
    say: ({ layer, head }) => setText(readout, `L${layer} H${head}  ${headWords(layer, head)}`),
  });
  const legend = h("div", { class: "legend" });
  const readout = h("output", { class: "readout", "aria-live": "off" });
  const options = new Map(numberOptions().map(([key, label]) => [key, h("option", { value: key }, label)]));
  const input = h("select", { ...FOCUSABLE, "data-testid": "qk-number" }, ...options.values());
  input.addEventListener("change", () => setView(store, { number: input.value }), { signal });
  const about = h("p", { class: "caption" });
  const chooser = h("label", { class: "field" }, h("span", {}, "colour"), input);
  const basis = h("span", { class: "basis" }, "labels: mean dropped");
  const root = frame(
    "grid",
    "Heads",
    [basis, chooser],
    table.root,
    h("div", { class: "foot" }, legend),
    h("div", { class: "foot" }, readout),
    about,
  );

  function numberOptions(): (readonly [string, string])[] {
    return [
      ["label", "label"],
      ...CELL_NUMBERS.map(({ key, label }) => [key, label] as const),
      ...meta.head_numbers.map(({ key, label }) => [key, label] as const),
    ];
  }

  function colouring(): HeadColouring {
    const { number, variant } = store.state.view;
    const ofCells = CELL_NUMBERS.find(({ key }) => key === number);
    if (ofCells) {
      const values = table.heads.map(({ layer, head }) =>
        cellShare(ofCells, energies.cells(layer, head), variant),
      );
      return { label: ofCells.label, about: cellsAbout(variant), diverging: false, isShare: true, values };
    }
    const index = meta.head_numbers.findIndex(({ key }) => key === number);
    const { label, about, diverging } = meta.head_numbers[index] ?? {
      label: "label",
      about: labelsAbout(),
      diverging: false,
    };
    const values =
      index < 0
        ? table.heads.map(({ layer, head }) => energies.label(layer, head) ?? Number.NaN)
        : Array.from(energies.number(index));
    return { label, about, diverging, isShare: false, values };
  }

  const isLabel = (): boolean =>
    !(
      CELL_NUMBERS.some(({ key }) => key === store.state.view.number) ||
      meta.head_numbers.some(({ key }) => key === store.state.view.number)
    );

  const unspecialised = new Set(meta.factors.unspecialised);
  const isPlain = (layer: number, head: number): boolean => unspecialised.has(`L${layer}H${head}`);

  function headWords(layer: number, head: number): string {
    const { letters, words } = labelOf(energies.label(layer, head));
    if (isLabel()) return `${letters}  ${words}${isPlain(layer, head) ? `  · ${UNSPECIALISED}` : ""}`;
    const { label, values, isShare } = colouring();
    const value = values[layer * nHeads + head];
    return `${label} ${defined(value, isShare ? percentWords : format)}`;
  }

  function labelsAbout(): string {
    const { threshold } = meta.factors;
    return (
      `The pair of factors with at least ${percentWords(threshold)} of the head’s energy once the mean is dropped on both sides; ` +
      "CP: content with position, either way. Halves of each on both sides would give 25, 50 and 25 %."
    );
  }

  let coloured = "";
  function colour(): void {
    const { theme, view } = store.state;
    if (coloured === `${view.number} ${view.variant} ${theme}`) return;
    coloured = `${view.number} ${view.variant} ${theme}`;
    for (const [key, option] of options) option.disabled = !isNumberIn(key, view.variant);
    input.value = isLabel() ? "label" : view.number;
    const number = colouring();
    setText(about, number.about);
    setAttributes(basis, { hidden: !isLabel() });
    if (isLabel()) paintLabels(number);
    else paintNumbers(number);
  }

  function paintLabels({ values }: HeadColouring): void {
    for (const [i, element] of table.cells.entries()) {
      const label = labelOf(values[i]);
      const { layer, head } = table.heads[i] as { layer: number; head: number };
      element.style.backgroundColor = "";
      setAttributes(element, {
        "data-kind": label.kind,
        "data-undefined": label === UNDEFINED,
        "data-plain": isPlain(layer, head),
        "data-ink": undefined,
      });
      describe(i, isPlain(layer, head) ? `${label.words}, ${UNSPECIALISED}` : label.words);
      setText(element, label.letters);
    }
    legend.replaceChildren(
      ...LABELS.map((label) => h("span", { class: "key" }, labelMark(label), h("span", {}, label.words))),
      ...(unspecialised.size > 0 ? [plainKey()] : []),
    );
  }

  function paintNumbers(number: HeadColouring): void {
    const scale = headScale(number, store.state.theme);
    for (const [i, element] of table.cells.entries()) {
      const value = number.values[i] ?? Number.NaN;
      const fill = scale.colour(value);
      element.style.backgroundColor = css(fill);
      setAttributes(element, {
        "data-kind": undefined,
        "data-plain": undefined,
        "data-ink": inkOn(fill),
        // The neutral colour is that of zero, and a small cell has no room for a dash.
        "data-undefined": !Number.isFinite(value),
      });
      describe(i, `${number.label} ${defined(value, number.isShare ? percentWords : format)}`);
      setText(element, scale.short(value));
    }
    legend.replaceChildren(...scaleLegend(scale));
  }

  function describe(i: number, words: string): void {
    const { layer, head } = table.heads[i] as { layer: number; head: number };
    setAttributes(table.cells[i] as HTMLElement, { "aria-label": `layer ${layer}, head ${head}: ${words}` });
  }

  return {
    root,
    keys: ["layer", "head", "view", "theme"],
    paint() {
      colour();
      table.paint();
    },
  };
}

const plainKey = (): HTMLElement =>
  h(
    "span",
    { class: "key" },
    h("i", { class: "mark", "data-plain": true, "aria-hidden": "true" }),
    h("span", {}, UNSPECIALISED),
  );

const cellsAbout = (variant: Variant): string =>
  `Share of the mean squared product over all pairs of tokens, pairs of different images included; of ${variantWords(variant)}.`;
