/** What the current mode is, in words, and the modes of its head by type. */

import { FOCUSABLE, h, setAttributes, setText } from "../lib/dom.ts";
import { defined, format, formatUnit } from "../lib/numbers.ts";
import { chooseModeOnClick } from "../panels/choose-mode.ts";
import { sample } from "./arrows.ts";
import { currentTables, type Part, type SemanticContext } from "./context.ts";
import { N_TYPES, type SemanticMeta } from "./data.ts";

/** What is known of the mode over all images, in words. */
export function modeWords({ store, data, summary }: SemanticContext): Part {
  const { spectra, meta } = data;
  const key = h("span", { class: "key" });
  const samples = Array.from({ length: N_TYPES }, (_, type) => sample(type));
  const words = h("b");
  const sure = h("span");
  const numbers = h("span");
  const caveat = h("span", { class: "caveat" });
  return {
    root: h("p", { class: "mode", "data-testid": "qk-mode" }, key, words, sure, numbers, caveat),
    keys: ["layer", "head", "mode", "tables"],
    paint() {
      const { layer, head, mode } = store.state;
      const type = summary.type(layer, head, mode);
      const tables = currentTables(store.state);
      key.replaceChildren(...(type >= 0 ? [samples[type] as SVGSVGElement] : []));
      setText(words, type >= 0 ? (meta.semantic.types[type]?.label ?? "") : "no type");
      const random = summary.isAbove(layer, head, mode) ? "above" : "not above";
      const p = tables ? ` (p ${defined(tables.p(mode), (value) => format(value, 2))})` : "";
      setText(
        sure,
        type >= 0
          ? `more than chance${p}, ${random} 95 % of random directions`
          : `no relation is more than chance${p}`,
      );
      const sigma = defined(spectra.modes("singular_values", layer, head)[mode], format);
      const cosine = defined(spectra.modes("cosine", layer, head)[mode], formatUnit);
      setText(numbers, `σ ${sigma} · cosine ${cosine}`);
      setText(caveat, spectra.caveat(layer, head, mode));
    },
  };
}

/** The modes of the head side by side, each in the colour of its type; filled where it is above random directions, too. */
export function modeStrip({ store, data, summary, signal }: SemanticContext): Part {
  const { meta } = data;
  const cells = Array.from({ length: meta.n_modes }, (_, mode) =>
    h("button", { type: "button", class: "chip", "data-mode": mode, tabindex: -1, ...FOCUSABLE }),
  );
  const root = h(
    "div",
    { class: "strip", role: "group", "aria-label": "modes of this head by type" },
    ...cells,
  );
  chooseModeOnClick(root, store, signal);
  return {
    root: h(
      "div",
      { class: "strip-row" },
      h("span", { class: "caption" }, "modes of this head"),
      root,
      h("span", { class: "caption" }, "filled: above random directions, too"),
      ...strongestMode(meta, store, signal),
    ),
    keys: ["layer", "head", "mode"],
    paint() {
      const { layer, head, mode: chosen } = store.state;
      for (const [mode, cell] of cells.entries()) {
        const type = summary.type(layer, head, mode);
        const label = type >= 0 ? (meta.semantic.types[type]?.label ?? "") : "no type";
        setAttributes(cell, {
          class: `chip type${type}`,
          "data-above": type >= 0 && summary.isAbove(layer, head, mode),
          "aria-pressed": String(mode === chosen),
          title: `M${mode}: ${label}`,
          "aria-label": `M${mode}: ${label}`,
        });
      }
    },
  };
}

/** Where the view opens, if no mode is asked for, and the way back to it. */
function strongestMode(
  { semantic }: SemanticMeta,
  store: SemanticContext["store"],
  signal: AbortSignal,
): HTMLElement[] {
  const caption = (...words: (string | HTMLElement)[]): HTMLElement =>
    h("span", { class: "caption", "data-testid": "qk-strongest" }, ...words);
  if (!semantic.strongest) return [caption("no mode of the model is above random directions")];
  const [layer, head, mode] = semantic.strongest;
  const button = h("button", { type: "button", class: "link", ...FOCUSABLE }, `L${layer} H${head} M${mode}`);
  button.addEventListener("click", () => store.set({ layer, head, mode }), { signal });
  return [caption("strongest above random directions: ", button)];
}
