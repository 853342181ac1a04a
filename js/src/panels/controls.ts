/** The line above the panels: sliders for layer, head and mode, and the selection in words that Python understands. */

import type { Meta } from "../lib/data.ts";
import { FOCUSABLE, h, select, setText } from "../lib/dom.ts";
import { placeWithin } from "../lib/numbers.ts";
import type { Choosing } from "./panel.ts";

type Address = "layer" | "head" | "mode";
type Chosen = Record<Address, number> & { readonly image?: number };

interface BarContext {
  readonly store: Choosing<Chosen>;
  readonly data: { readonly meta: Pick<Meta, "n_layers" | "n_heads" | "n_modes" | "title" | "images"> };
  readonly signal: AbortSignal;
}

/** Views that show one image after the other choose it here, too. */
export function controlsBar({ store, data, signal }: BarContext) {
  const { meta } = data;
  const counts: Record<Address, number> = { layer: meta.n_layers, head: meta.n_heads, mode: meta.n_modes };
  // A model of one head, or an answer without modes, leaves nothing to slide.
  const sliders = (Object.keys(counts) as Address[])
    .filter((name) => counts[name] > 1)
    .map((name) => slider(name, counts[name] - 1, (value) => store.set({ [name]: value }), signal));
  const selection = h("output", { class: "selection", "data-testid": "qk-selection", "aria-live": "polite" });
  const image = select(
    "image",
    meta.images.map(({ name }, i) => [String(i), name] as const),
    (value) => store.set({ image: Number(value) }),
    signal,
  );
  const pickers = meta.images.length > 1 ? [image.root] : [];
  const title = h("h2", {}, meta.title);
  const tools = h("div", { class: "sliders" }, ...sliders.map((s) => s.root), ...pickers);
  const root = h("header", { class: "controls" }, title, selection, tools);
  return {
    root,
    keys: ["layer", "head", "mode", "image"] as const,
    paint(): void {
      const { layer, head, mode, image: current } = store.state;
      for (const { name, paint } of sliders) paint(store.state[name]);
      setText(selection, `L${layer} H${head} M${mode}`);
      if (current !== undefined && image.input.value !== String(current)) image.input.value = String(current);
    },
  };
}

export function slider<N extends string>(
  name: N,
  max: number,
  onInput: (value: number) => void,
  signal: AbortSignal,
) {
  const input = h("input", {
    type: "range",
    min: 0,
    max,
    step: 1,
    value: 0,
    "aria-label": name,
    "data-testid": `qk-slider-${name}`,
    ...FOCUSABLE,
  });
  const output = h("output", { class: "number" });
  input.addEventListener("input", () => onInput(Number(input.value)), { signal });
  return {
    name,
    root: h("label", { class: "slider" }, h("span", {}, name), input, output),
    paint(value: number): void {
      if (input.value !== String(value)) input.value = String(value);
      setText(output, String(value));
    },
  };
}

/** A named part of the state was outside the model; the view shows the nearest one instead of nothing. */
export const addressWithin = (
  meta: Pick<Meta, "n_layers" | "n_heads" | "n_modes">,
  { layer, head, mode }: Readonly<Record<Address, number>>,
): Record<Address, number> => ({
  layer: placeWithin(layer, meta.n_layers),
  head: placeWithin(head, meta.n_heads),
  mode: placeWithin(mode, meta.n_modes),
});

/** The same of a view that shows one image after the other. */
export const withinModel = (
  meta: Pick<Meta, "n_layers" | "n_heads" | "n_modes" | "images">,
  state: Readonly<Record<Address | "image", number>>,
): Record<Address | "image", number> => ({
  ...addressWithin(meta, state),
  image: placeWithin(state.image, meta.images.length),
});
