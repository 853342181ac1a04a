/** Puts one cosine trend together: a column a training, and below them heads and spectrum of the chosen one. */

import type { ViewModel, ViewProps } from "../lib/afm.ts";
import { type BytesLike, toBytes } from "../lib/bytes.ts";
import { checkedMeta, type Data } from "../lib/data.ts";
import { FOCUSABLE, h, setAttributes, setText } from "../lib/dom.ts";
import { keepPainted, mountOn, sharedTraits } from "../lib/mount.ts";
import { leftOutLine } from "../lib/notices.ts";
import { grouped, placeWithin } from "../lib/numbers.ts";
import { bindTraits, Store } from "../lib/store.ts";
import { aboutPanel } from "../panels/about.ts";
import { addressWithin, controlsBar, slider } from "../panels/controls.ts";
import { headGrid } from "../panels/grid.ts";
import { spectrumPanel } from "../panels/spectrum.ts";
import { shownValues, trendCaption, trendPanel } from "../panels/trend.ts";
import { type Part, SHARED, type Shared, type Shown, type TrendContext } from "./context.ts";
import { allSpectra, snapshotColour, snapshotOf, type TrainingMeta, type TrendMeta } from "./data.ts";
import { scorePart } from "./scores.ts";

const COLOURS = "; pale to strong lines: the means of all snapshots, in the colours of the dots below";

export const mount = (view: ViewProps): Promise<void> =>
  mountOn(view, ["meta", "trends"], async (current) => {
    const { model, signal } = current;
    const meta = checkedMeta(model.get("meta") as TrendMeta);
    const spectra = allSpectra(await toBytes(model.get("trends") as BytesLike), meta);
    if (!signal.aborted) compose(current, meta, spectra);
  });

function compose(view: ViewProps, meta: TrendMeta, spectra: TrendContext["spectra"]): void {
  const { model, root, signal } = view;
  const store = new Store<Shown>(initialState(model), signal);
  const context: TrendContext = { store, meta, spectra, signal };
  const bar = { ...controlsBar({ store, data: { meta }, signal }), keys: ["layer", "head", "mode"] as const };
  const step = stepPart(context);
  const extent = spectra.flat().flatMap(shownValues);
  const columns = meta.trainings.map((_, training) => columnPart(context, training, extent));
  const chosen = chosenPart(context);

  const inside = (): void => store.set(withinView(meta, store.state));
  inside();
  store.watch(SHARED, inside, signal);
  bindTraits(model, store, SHARED, signal);
  keepPainted([bar, step, ...columns, chosen], store, view);
  bar.root.lastElementChild?.prepend(step.root);
  root.replaceChildren(
    bar.root,
    h("div", { class: "columns", "data-count": columns.length }, ...columns.map((column) => column.root)),
    trendCaption(meta, COLOURS),
    chosen.root,
    ...leftOutLine(meta.left_out),
    aboutPanel({ meta }, ["grid", "spectrum", "trend"]),
  );
}

/** All trainings step together. */
function stepPart({ store, meta, signal }: TrendContext): Part {
  const last = countOf(meta) - 1;
  const { root, paint } = slider("snapshot", last, (snapshot) => store.set({ snapshot }), signal);
  return { root, keys: ["snapshot"], paint: () => paint(store.state.snapshot) };
}

/** The trend of one training at its snapshot, and its scores; whatever is clicked in it is about its training. */
function columnPart(context: TrendContext, training: number, extent: readonly number[]): Part {
  const { store, meta, spectra, signal } = context;
  const trend = anew(context, training, ({ at, data, record, lifetime }) => {
    const of = spectra[training] ?? [];
    const others = of.map((each, n) => ({
      means: each.layers("layer_cosine"),
      colour: snapshotColour(n, of.length, store.state.theme),
    }));
    const title = `${record.model} (${record.objective})`;
    const tag = `step ${stepWords(record, at)}`;
    return [trendPanel({ store, data, signal: lifetime }, { title, tag, extent, others })];
  });
  const parts = [trend, scorePart(context, training)];
  const choose = h(
    "button",
    {
      type: "button",
      class: "choose",
      "aria-label": `heads and modes of ${meta.trainings[training]?.model ?? ""} below`,
      ...FOCUSABLE,
    },
    "heads and modes below",
  );
  const root = h(
    "div",
    { class: "column", "data-training": training },
    ...parts.map((part) => part.root),
    ...(meta.trainings.length > 1 ? [choose] : []),
  );
  // The button's clicks arrive here, too.
  root.addEventListener("click", () => store.set({ training }), { signal });
  return {
    root,
    keys: ["training", "snapshot", "layer", "head", "theme"],
    paint() {
      const isChosen = store.state.training === training;
      root.toggleAttribute("data-chosen", isChosen);
      setAttributes(choose, { "aria-pressed": String(isChosen) });
      for (const part of parts) part.paint();
    },
  };
}

/** Heads and spectrum of the chosen training at its snapshot. */
function chosenPart(context: TrendContext): Part {
  const { store, spectra, signal } = context;
  // Scales stay while one steps, so that what grows is seen to grow.
  const cosines = spectra.flat().flatMap((each) => [...each.heads("head_cosine")]);
  const top = (layer: number, head: number): number =>
    Math.max(
      ...(spectra[store.state.training] ?? []).map(
        (each) => each.modes("singular_values", layer, head)[0] ?? 0,
      ),
    );
  const title = h("h3", {});
  const found = anew(context, null, ({ at, data, record, lifetime }) => {
    setText(title, `${record.model} at step ${stepWords(record, at)}`);
    const shared = { store, data, signal: lifetime };
    return [headGrid({ ...shared, extent: cosines }), spectrumPanel({ ...shared, top })];
  });
  found.root.classList.add("tier");
  const root = h("section", { class: "chosen" }, title, found.root);
  // The pointer leaves what is made anew without saying so.
  store.watch(["training", "snapshot"], () => store.set({ hoverMode: -1 }), signal);
  return {
    root,
    keys: ["training", "snapshot", "layer", "head", "mode", "hoverMode", "theme"],
    paint: found.paint,
  };
}

interface Made {
  readonly at: number;
  readonly record: TrainingMeta;
  readonly data: Pick<Data, "meta" | "spectra">;
  /** ends when the snapshot is left */
  readonly lifetime: AbortSignal;
}

type Drawn = Pick<Part, "root" | "paint">;

/** Panels draw one model, and a snapshot is another: made anew when it changes, only painted otherwise. `null`: of the chosen training. */
function anew(
  { store, meta, spectra, signal }: TrendContext,
  whose: number | null,
  make: (made: Made) => readonly Drawn[],
): Drawn {
  const root = h("div", {});
  let current: AbortController | undefined;
  signal.addEventListener("abort", () => current?.abort(), { once: true });
  let parts: readonly Drawn[] = [];
  let drawn = "";
  return {
    root,
    paint() {
      const training = whose ?? store.state.training;
      const record = meta.trainings[training];
      const at = record ? snapshotOf(record, store.state.snapshot) : 0;
      const found = spectra[training]?.[at];
      const name = `${training} ${at} ${store.state.theme}`;
      if (record && found && drawn !== name) {
        drawn = name;
        current?.abort();
        current = new AbortController();
        parts = make({ at, record, data: { meta, spectra: found }, lifetime: current.signal });
        root.replaceChildren(...parts.map((part) => part.root));
      }
      for (const part of parts) part.paint();
    },
  };
}

const stepWords = ({ steps }: TrainingMeta, at: number): string => grouped(steps[at] ?? 0);

const countOf = ({ trainings }: TrendMeta): number => Math.max(...trainings.map(({ steps }) => steps.length));

/** A named part of the state was not there; the view shows the nearest one instead of nothing. */
const withinView = (meta: TrendMeta, state: Shown): Partial<Shown> => ({
  ...addressWithin(meta, state),
  training: placeWithin(state.training, meta.trainings.length),
  snapshot: placeWithin(state.snapshot, countOf(meta)),
});

function initialState(model: ViewModel): Shown {
  return { ...sharedTraits<Shared>(model, SHARED), theme: "light", hoverMode: -1, tile: null };
}
