/** What one turns: the parameters of the scene, the layer and the head, and what the curves show. */

import { FOCUSABLE, h, select, setAttributes, setText } from "../lib/dom.ts";
import { segmented } from "../lib/segmented.ts";
import { setView } from "../lib/store.ts";
import { headWords, type Part, type PreferenceContext } from "./context.ts";
import type { Axis } from "./data.ts";

/** Words side by side up to so many; more of them are a list, and numbers a slider. */
const MOST_WORDS = 6;
/** No place in a list: what a knob shows where it means nothing. */
const NOTHING = -1;

export function sceneKnobs({ store, meta, signal }: PreferenceContext): Part {
  const turn = (name: string, place: number): void =>
    store.set({ scene: { ...store.state.scene, [name]: place } });
  const knobs = meta.axes
    .filter(({ words }) => words.length > 1)
    .map((axis) => ({
      axis,
      ...knob(axis, (place) => turn(axis.name, place), signal),
    }));
  const wordOf = (name: string): string =>
    meta.axes.find((axis) => axis.name === name)?.words[store.state.scene[name] ?? 0] ?? "";
  const isIdle = ({ idle = {} }: Axis): boolean =>
    Object.entries(idle).some(([name, words]) => words.includes(wordOf(name)));
  return {
    root: h("div", { class: "options knobs", "data-testid": "qk-knobs" }, ...knobs.map(({ root }) => root)),
    keys: ["scene"],
    paint() {
      for (const { axis, root, paint } of knobs) {
        const disabled = isIdle(axis);
        paint(disabled ? NOTHING : (store.state.scene[axis.name] ?? 0));
        for (const input of root.querySelectorAll("button, input, select"))
          setAttributes(input, { disabled });
      }
    },
  };
}

interface Knob {
  readonly root: HTMLElement;
  paint(place: number): void;
}

function knob(axis: Axis, onTurn: (place: number) => void, signal: AbortSignal): Knob {
  const numbers = axis.words.slice(1).every((word) => word !== "" && Number.isFinite(Number(word)));
  const made =
    axis.words.length <= MOST_WORDS
      ? words(axis, onTurn, signal)
      : numbers
        ? slider(axis, onTurn, signal)
        : list(axis, onTurn, signal);
  setAttributes(made.root, { "data-testid": `qk-knob-${axis.name}`, title: axis.about || undefined });
  return made;
}

function words({ label, words }: Axis, onTurn: (place: number) => void, signal: AbortSignal): Knob {
  const choices = words.map((word, place) => [String(place), word] as const);
  const { root, paint } = segmented(label, choices, (place) => onTurn(Number(place)), signal);
  return { root, paint: (place) => paint(String(place)) };
}

function list({ label, words }: Axis, onTurn: (place: number) => void, signal: AbortSignal): Knob {
  const choices = words.map((word, place) => [String(place), word] as const);
  const { root, input } = select(label, choices, (place) => onTurn(Number(place)), signal);
  return {
    root,
    paint(place) {
      if (input.value !== String(place)) input.value = String(place);
    },
  };
}

function slider(axis: Axis, onTurn: (place: number) => void, signal: AbortSignal): Knob {
  const input = h("input", {
    type: "range",
    min: 0,
    max: axis.words.length - 1,
    step: 1,
    "aria-label": axis.label,
    ...FOCUSABLE,
  });
  const output = h("output", { class: "number" });
  input.addEventListener("input", () => onTurn(Number(input.value)), { signal });
  return {
    root: h("label", { class: "slider" }, h("span", {}, axis.label), input, output),
    paint(place) {
      if (input.value !== String(place)) input.value = String(place);
      setText(output, axis.words[place] ?? "");
      setAttributes(input, { "aria-valuetext": axis.words[place] });
    },
  };
}

/** Layer and head, above all that depends on them. */
export function placeBar({ store, meta, signal }: PreferenceContext): Part {
  const layer = h("input", {
    type: "range",
    min: 0,
    max: meta.n_layers - 1,
    step: 1,
    "aria-label": "layer",
    "data-testid": "qk-slider-layer",
    ...FOCUSABLE,
  });
  const number = h("output", { class: "number" });
  layer.addEventListener("input", () => store.set({ layer: Number(layer.value) }), { signal });
  const heads = Array.from({ length: meta.n_heads }, (_, head) => [String(head), `H${head}`] as const);
  const head = select(
    "head",
    [["-1", headWords(-1, meta.n_heads)], ...heads],
    (value) => store.set({ head: Number(value) }),
    signal,
  );
  head.input.dataset.testid = "qk-head";
  const selection = h("output", { class: "selection", "data-testid": "qk-selection", "aria-live": "polite" });
  const slide = h("label", { class: "slider" }, h("span", {}, "layer"), layer, number);
  return {
    root: h(
      "header",
      { class: "controls" },
      h("h2", {}, meta.title),
      selection,
      h("div", { class: "sliders" }, ...(meta.n_layers > 1 ? [slide] : []), head.root),
    ),
    keys: ["layer", "head"],
    paint() {
      const { layer: chosen, head: one } = store.state;
      if (layer.value !== String(chosen)) layer.value = String(chosen);
      setText(number, String(chosen));
      if (head.input.value !== String(one)) head.input.value = String(one);
      setText(selection, one < 0 ? `L${chosen}` : `L${chosen} H${one}`);
    },
  };
}

/** What the curves show. */
export function curveOptions({ store, signal }: PreferenceContext): Part {
  const curves = segmented<"mass" | "enrichment">(
    "curves",
    [
      ["mass", "attention"],
      ["enrichment", "enrichment"],
    ],
    (value) => setView(store, { curves: value }),
    signal,
  );
  curves.root.title = "Enrichment: attention over what uniform attention would give";
  const itself = segmented<"yes" | "no">(
    "query itself",
    [
      ["yes", "counts"],
      ["no", "left out"],
    ],
    (value) => setView(store, { itself: value }),
    signal,
  );
  itself.root.title =
    "The patch that asks lies in its own object, and many heads look at it; the paper counts it.";
  return {
    root: h("div", { class: "options" }, curves.root, itself.root),
    keys: ["view"],
    paint() {
      curves.paint(store.state.view.curves);
      itself.paint(store.state.view.itself);
    },
  };
}
