/** One score taken apart: a stacked bar around zero and the same numbers in rows, adding up to the printed sum. */

import { tokenName } from "../lib/data.ts";
import { h, setAttributes, setText } from "../lib/dom.ts";
import { counted, formatBounded, placesOfLargest } from "../lib/numbers.ts";
import {
  type AttentionRow,
  type Bounded,
  type Head,
  type Parts,
  scoreParts,
  sum,
  weightBound,
} from "../lib/scores.ts";
import { chooseModeOnClick } from "./choose-mode.ts";
import type { PanelContext } from "./panel.ts";
import { stackedBar, type Term, termRow } from "./stack.ts";

/** Modes named one by one; the others are added up in a row of their own. */
const NAMED = 6;

/** Selected mode and named ones, others, rest, two bias terms. */
const MOST_TERMS = NAMED + 4;

export function pairView({ store, data: { meta }, signal }: PanelContext) {
  const title = h("p", { class: "subtitle" });
  const stack = stackedBar(MOST_TERMS);
  const rows = Array.from({ length: MOST_TERMS }, () => termRow());
  const table = h("table", { class: "parts" }, h("tbody", {}, ...rows.map((row) => row.root)));
  const total = h("p", { class: "total" });
  const note = h("p", { class: "caption" });
  const root = h("div", { class: "column" }, title, stack.root, table, total, note);
  chooseModeOnClick(root, store, signal);

  return {
    root,
    paint(head: Head, row: AttentionRow | undefined, key: number): void {
      const { token, mode } = store.state;
      setAttributes(root, { hidden: token < 0 });
      if (token < 0) return;
      const parts = scoreParts(head, token, key);
      const terms = termsOf(parts, mode);
      setText(title, `score of query ${tokenName(meta, token)} with key ${tokenName(meta, key)}`);
      stack.paint(terms, mode, parts.score?.value);
      for (const [i, line] of rows.entries()) line.paint(terms[i], mode);
      setText(total, totalWords(parts, row, key));
      setText(note, noteWords(parts));
    },
  };
}

const UNKNOWN: Bounded = { value: Number.NaN, bound: Number.NaN };

function termsOf(parts: Parts, selected: number): Term[] {
  const sizes = parts.modes.map(({ value }) => Math.abs(value));
  const named = placesOfLargest(sizes, NAMED);
  if (selected < sizes.length && !named.includes(selected)) named[NAMED - 1] = selected;
  const others = parts.modes.filter((_, n) => !named.includes(n));
  const terms: Term[] = named.map((n) => ({
    ...(parts.modes[n] as Bounded),
    name: `M${n}`,
    kind: "mode",
    mode: n,
  }));
  if (others.length) {
    terms.push({
      ...sum(others),
      name: `${others.length} other modes`,
      kind: "others",
    });
  }
  if (parts.restCount > 0) {
    const name = `${counted(parts.restCount, "mode")} not in this page`;
    terms.push({ ...(parts.rest ?? UNKNOWN), name, kind: "rest" });
  }
  terms.push({ ...parts.biasKey, name: "key-only term (bias)", kind: "bias" });
  terms.push({ ...parts.unseen, name: "query-only term, constant", kind: "unseen" });
  return terms;
}

function totalWords({ score }: Parts, row: AttentionRow | undefined, key: number): string {
  if (!score) return "score: not known from this page";
  const weight = row?.weights[key] ?? Number.NaN;
  const share = row ? `, attention weight ${formatBounded(weight, weightBound(weight, row.bound))}` : "";
  return `sum = score ${formatBounded(score.value, score.bound)}${share}`;
}

function noteWords({ score, known, restCount }: Parts): string {
  if (!score)
    return "The bar shows the parts that this page holds; the rest is not known, and neither is the sum.";
  const unseen = "The last term is equal for all keys, so softmax does not see it.";
  if (score.bound === 0) return `${unseen} All numbers are exact to float32.`;
  const rounded = `${unseen} ± bounds the rounding of embedded numbers.`;
  if (restCount > 0 || score === known) return rounded;
  return `${rounded} The score was rounded once, its terms one by one; they add up to ${formatBounded(known.value, known.bound)}.`;
}
