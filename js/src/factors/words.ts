/** How shares and labels are written, the same everywhere in the view. */

import { h } from "../lib/dom.ts";
import { defined, format, formatPercent } from "../lib/numbers.ts";
import { FACTORS, type Label, labelOf } from "./cells.ts";
import type { Modes } from "./data.ts";

export const percentWords = (share: number): string => formatPercent(share).replace(" ", "\u00a0");

/** "mean 3 %, position 80 %, content 17 %" */
export const sharesWords = (shares: ArrayLike<number>): string =>
  FACTORS.map((factor, i) => `${factor} ${defined(shares[i], percentWords)}`).join(", ");

/** A square in the label's colour and pattern, with its letters. */
export const labelMark = ({ kind, letters }: Pick<Label, "kind" | "letters">): HTMLElement =>
  h("i", { class: "mark", "data-kind": kind, "aria-hidden": "true" }, letters);

/** What is known of one mode, in one line; what makes it less than one mode comes last. */
export function modeWords(modes: Modes, layer: number, head: number, mode: number): string {
  const caveat = modes.caveat(layer, head, mode);
  const strength = modes.strengths(layer, head)[mode];
  const sigma = modes.of("singular_values", layer, head)[mode];
  const { letters, words } = labelOf(modes.label(layer, head, mode));
  return (
    `M${mode}  ${letters} ${words}  ${defined(strength, percentWords)} of the head’s σ²  σ ${defined(sigma, format)}` +
    (caveat && `  · ${caveat}`)
  );
}
