/** A few exclusive choices side by side. */

import { FOCUSABLE, h, setAttributes } from "./dom.ts";

/** `choices` are pairs of a value and its words. */
export function segmented<V extends string>(
  label: string,
  choices: readonly (readonly [V, string])[],
  onChoose: (value: V) => void,
  signal: AbortSignal,
): { root: HTMLElement; paint(value: V): void } {
  const buttons = choices.map(([value, words]) => {
    const button = h("button", { type: "button", value, ...FOCUSABLE }, words);
    button.addEventListener("click", () => onChoose(value), { signal });
    return button;
  });
  const group = h("span", { class: "segments", role: "group", "aria-label": label }, ...buttons);
  return {
    root: h("div", { class: "field", "data-option": label }, h("span", {}, label), group),
    paint(value) {
      for (const button of buttons) setAttributes(button, { "aria-pressed": String(button.value === value) });
    },
  };
}
