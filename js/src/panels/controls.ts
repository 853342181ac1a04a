/** The line above the panels: sliders for layer, head and mode, and the selection in words that Python understands. */

import type { Data } from "../lib/data.ts";
import { FOCUSABLE, h, select, setText } from "../lib/dom.ts";
import type { PanelContext, Shown } from "./panel.ts";

type Address = "layer" | "head" | "mode";

export function controlsBar({ store, data, signal }: PanelContext) {
  const { meta } = data;
  const counts: Record<Address, number> = { layer: meta.n_layers, head: meta.n_heads, mode: meta.n_modes };
  const sliders = (Object.keys(counts) as Address[]).map((name) =>
    slider(name, counts[name] - 1, (value) => store.set({ [name]: value }), signal),
  );
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
      image.input.value = String(current);
    },
  };
}

function slider(name: Address, max: number, onInput: (value: number) => void, signal: AbortSignal) {
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

/** What was decided where the paper leaves room, what is left out, where everything comes from. */
export function aboutPanel({ meta }: Data): HTMLElement {
  const rows = meta.about.map(({ question, choice, alternative, source }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, question),
      h("td", {}, choice),
      h("td", {}, alternative),
      h("td", {}, source),
    ),
  );
  const head = h(
    "tr",
    {},
    ...["open in the paper", "here", "alternative", "source"].map((words) =>
      h("th", { scope: "col" }, words),
    ),
  );
  const provenance = Object.entries(meta.provenance).map(([key, value]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, key),
      h("td", {}, typeof value === "string" ? value : JSON.stringify(value)),
    ),
  );
  const pictures = meta.images.map(({ name, source, licence }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      h("td", {}, [source, licence].filter(Boolean).join(" · ") || "–"),
    ),
  );
  const part = (title: string, content: readonly HTMLElement[]): HTMLElement[] =>
    content.length ? [h("h4", {}, title), ...content] : [];
  const sentences = (items: readonly string[]): HTMLElement[] =>
    items.length ? [h("ul", {}, ...items.map((item) => h("li", {}, item)))] : [];
  const table = (items: readonly HTMLElement[]): HTMLElement[] =>
    items.length ? [h("table", {}, h("tbody", {}, ...items))] : [];
  return h(
    "details",
    { class: "about" },
    h("summary", FOCUSABLE, "About this view"),
    ...part("Choices", rows.length ? [h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows))] : []),
    ...part("Notes", sentences(meta.notes)),
    ...part("Left out of this page", sentences(meta.left_out)),
    ...part("Pictures", table(pictures)),
    ...part("Where it comes from", table(provenance)),
  );
}

/** A named part of the state was outside the model; the view shows the nearest one instead of nothing. */
export function withinModel({ meta }: Data, state: Pick<Shown, Address | "image">): Partial<Shown> {
  const inside = (value: number, count: number): number =>
    Math.min(Math.max(0, Math.trunc(value) || 0), Math.max(0, count - 1));
  return {
    layer: inside(state.layer, meta.n_layers),
    head: inside(state.head, meta.n_heads),
    mode: inside(state.mode, meta.n_modes),
    image: inside(state.image, meta.images.length),
  };
}
