/** Puts one factor map together and feeds it maps. */

import type { ViewProps } from "../lib/afm.ts";
import { toBytes } from "../lib/bytes.ts";
import { loadData } from "../lib/data.ts";
import { h } from "../lib/dom.ts";
import { initialState, keepPainted, mountOn } from "../lib/mount.ts";
import { leftOutLine, noticeLines } from "../lib/notices.ts";
import { segmented } from "../lib/segmented.ts";
import { bindTraits, Store, setView } from "../lib/store.ts";
import { aboutPanel } from "../panels/about.ts";
import { controlsBar, withinModel } from "../panels/controls.ts";
import { isNumberIn, VARIANTS } from "./cells.ts";
import { type FactorContext, SHARED, type Shown } from "./context.ts";
import { Energies, type FactorMeta, Modes } from "./data.ts";
import { energyPanel } from "./energy.ts";
import { headGrid } from "./grid.ts";
import type { State } from "./index.ts";
import { joinedPanel } from "./joined.ts";
import { mapsPanel } from "./maps.ts";
import { modesPanel } from "./spectrum.ts";
import { feedMaps } from "./supply.ts";
import { ternaryPanel } from "./ternary.ts";

const DATA = ["meta", "energies", "spectra", "pictures", "maps", "live"] as const;

const DEFAULT_VIEW: State["view"] = { variant: "drop_mean", number: "label", maps: "images" };

export const mount = (view: ViewProps): Promise<void> =>
  mountOn(view, DATA, async (current) => {
    const { model, signal } = current;
    const trait = <K extends keyof State>(name: K): State[K] => model.get(name) as State[K];
    const meta = trait("meta");
    const { spectra, pictures } = await loadData(
      { meta, spectra: trait("spectra"), pictures: trait("pictures") },
      signal,
    );
    const [energies, shares] = await Promise.all([toBytes(trait("energies")), toBytes(trait("spectra"))]);
    if (signal.aborted) return;
    const data = { energies: new Energies(energies, meta), modes: new Modes(shares, spectra, meta) };
    await compose(current, { ...data, meta, pictures });
  });

async function compose(
  view: ViewProps,
  data: Pick<FactorContext, "meta" | "energies" | "modes" | "pictures">,
): Promise<void> {
  const { model, root, signal } = view;
  const store = new Store<Shown>(
    initialState<Shown>(model, SHARED, DEFAULT_VIEW, { maps: null, hoverMode: -1, hoverPatch: -1 }),
    signal,
  );
  const context: FactorContext = { ...data, store, signal };
  const { meta } = data;
  const bar = controlsBar({ store, data: { meta }, signal });
  const options = variantOptions(context);
  const [heads, energy] = [headGrid(context), energyPanel(context)];
  const [ternary, spectrum, maps] = [ternaryPanel(context), modesPanel(context), mapsPanel(context)];
  const joined = meta.factors.svd === "weight" ? [joinedPanel(context)] : [];
  const notices = noticeLines(store, model.get("live") as boolean);

  const inside = (): void => store.set(existing(data, store.state));
  inside();
  store.watch(["layer", "head", "mode", "image", "view"], inside, signal);
  bindTraits(model, store, SHARED, signal);
  const delivered = feedMaps(model, root, store, signal);
  keepPainted([bar, options, heads, energy, ternary, spectrum, maps, ...joined, notices], store, view);

  root.replaceChildren(
    bar.root,
    ...notices.roots,
    ...biasLine(meta),
    ...leftOutLine(meta.left_out),
    options.root,
    h(
      "div",
      { class: "panels" },
      h("div", { class: "stacked" }, heads.root, energy.root),
      ternary.root,
      h("div", { class: "stacked modes-of-head" }, spectrum.root, ...joined.map(({ root: panel }) => panel)),
      maps.root,
    ),
    aboutPanel(data, []),
  );
  await delivered;
  if (!signal.aborted) store.flush();
}

/** What few images do to the shares: above all of them. */
const biasLine = ({ factors }: FactorMeta): HTMLElement[] =>
  factors.bias ? [h("p", { class: "note", "data-testid": "qk-bias" }, factors.bias)] : [];

/** Which cells count: said beside every number that depends on it. */
function variantOptions({ store, signal }: FactorContext) {
  const variants = VARIANTS.map(([value, words]) => [value, words] as const);
  const choice = segmented("shares of", variants, (variant) => setView(store, { variant }), signal);
  return {
    root: h("div", { class: "options variants" }, choice.root),
    keys: ["view"] as const,
    paint: (): void => choice.paint(store.state.view.variant),
  };
}

/** A named part of the state was not there; the view shows the nearest one instead of nothing. */
function existing({ meta }: Pick<FactorContext, "meta">, state: Shown): Partial<Shown> {
  const { view } = state;
  return {
    ...withinModel(meta, state),
    view: isNumberIn(view.number, view.variant) ? view : { ...view, number: "label" },
  };
}
