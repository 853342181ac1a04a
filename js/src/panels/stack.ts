/** Terms of a sum: one bar stacked around zero, and one row a term. Nodes are made once and painted many times. */

import { FOCUSABLE, h, setAttributes, setText } from "../lib/dom.ts";
import { formatBounded } from "../lib/numbers.ts";
import type { Bounded } from "../lib/scores.ts";

/** NaN as value: not known from this page. */
export interface Term extends Bounded {
  readonly name: string;
  readonly kind: "mode" | "others" | "rest" | "bias" | "unseen";
  readonly mode?: number;
}

/** Width in percent from which a segment has room for its name. */
const NAMED_FROM = 7;

/** Negative terms to the left of zero, positive ones to the right, the first next to zero; `total` is marked. */
export function stackedBar(most: number) {
  const segments = Array.from({ length: most }, () => stackSegment());
  const [zero, sum] = [h("i", { class: "zero" }), h("i", { class: "sum" })];
  const root = h(
    "div",
    { class: "stack", "aria-hidden": "true" },
    ...segments.map((segment) => segment.root),
    zero,
    sum,
  );

  return {
    root,
    paint(terms: readonly Term[], selected: number, total: number | undefined): void {
      const size = (sign: number): number =>
        terms.reduce((all, { value }) => all + (value * sign > 0 ? Math.abs(value) : 0), 0);
      const left = size(-1);
      const percent = 100 / (left + size(1) || 1);
      const edge = { low: left * percent, high: left * percent };
      for (const [i, segment] of segments.entries()) {
        const term = terms[i];
        const width = Math.abs(term?.value || 0) * percent;
        if (term && term.value < 0) edge.low -= width;
        segment.paint(term, term && term.value < 0 ? edge.low : edge.high, width, selected);
        if (term && term.value > 0) edge.high += width;
      }
      zero.style.left = percentOf(left * percent);
      setAttributes(sum, { hidden: total === undefined });
      sum.style.left = percentOf((left + (total ?? 0)) * percent);
    },
  };
}

/** No more digits than can be seen: each of them would be parsed again. */
const percentOf = (value: number): string => `${Math.round(100 * value) / 100}%`;

function stackSegment() {
  const root = h("span", { class: "segment" });
  return {
    root,
    paint(term: Term | undefined, left: number, width: number, selected: number): void {
      setAttributes(root, { hidden: width === 0 });
      if (!term || width === 0) return;
      const chosen = term.mode === selected;
      setAttributes(root, { class: `segment ${term.kind}`, "data-mode": term.mode, "data-selected": chosen });
      setText(root, term.mode !== undefined && width > NAMED_FROM ? term.name : "");
      // Both at once: each of them alone would have the element's style read again.
      root.style.cssText = `left:${percentOf(left)};width:${percentOf(width)}`;
    },
  };
}

/** Swatch, name and number; the name of a mode is a button that selects it. */
export function termRow() {
  const swatch = h("i");
  const name = h("span");
  const button = h("button", { type: "button", class: "link", ...FOCUSABLE });
  const number = h("td", { class: "number" });
  const root = h("tr", {}, h("th", { scope: "row" }, swatch, name, button), number);
  return {
    root,
    paint(term: Term | undefined, selected: number): void {
      setAttributes(root, { hidden: !term });
      if (!term) return;
      const isMode = term.mode !== undefined;
      setAttributes(swatch, {
        class: `swatch ${term.kind}`,
        "data-selected": isMode && term.mode === selected,
      });
      setAttributes(button, { "data-mode": term.mode, hidden: !isMode });
      setText(isMode ? button : name, term.name);
      setAttributes(name, { hidden: isMode });
      setText(number, formatBounded(term.value, term.bound));
      setAttributes(number, { "data-value": Number.isNaN(term.value) ? undefined : term.value });
    },
  };
}
