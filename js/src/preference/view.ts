/** Puts one preference view together and feeds it scenes. */

import type { ViewProps } from "../lib/afm.ts";
import { checkedMeta } from "../lib/data.ts";
import { h } from "../lib/dom.ts";
import { initialState, keepPainted, mountOn } from "../lib/mount.ts";
import { leftOutLine, noticeLines } from "../lib/notices.ts";
import { placeWithin } from "../lib/numbers.ts";
import { bindTraits, Store } from "../lib/store.ts";
import { aboutPanel } from "../panels/about.ts";
import { type PreferenceContext, SHARED, type Shown } from "./context.ts";
import { curvesPanel } from "./curves.ts";
import type { PreferenceMeta } from "./data.ts";
import { feedScenes } from "./feed.ts";
import type { State } from "./index.ts";
import { curveOptions, placeBar, sceneKnobs } from "./knobs.ts";
import { scenePanel } from "./scene.ts";

const DATA = ["meta", "tiles", "live"] as const;

const DEFAULT_VIEW: State["view"] = { curves: "mass", itself: "yes" };

export const mount = (view: ViewProps): Promise<void> =>
  mountOn(view, DATA, async (current) => {
    const meta = checkedMeta(current.model.get("meta") as PreferenceMeta);
    await compose(current, meta);
  });

async function compose(view: ViewProps, meta: PreferenceMeta): Promise<void> {
  const { model, root, signal } = view;
  const store = new Store<Shown>(initialState<Shown>(model, SHARED, DEFAULT_VIEW, { shown: null }), signal);
  const context: PreferenceContext = { store, meta, signal };
  const bar = placeBar(context);
  const knobs = sceneKnobs(context);
  const options = curveOptions(context);
  const scene = scenePanel(context);
  const curves = curvesPanel(context, options.root);
  const notices = noticeLines(store, model.get("live") as boolean);

  const inside = (): void => store.set(withinView(meta, store.state));
  inside();
  store.watch(["scene", "layer", "head"], inside, signal);
  bindTraits(model, store, SHARED, signal);
  const delivered = feedScenes(model, root, store, meta, signal);
  keepPainted([bar, knobs, options, scene, curves, notices], store, view);
  root.replaceChildren(
    bar.root,
    knobs.root,
    ...notices.roots,
    h("div", { class: "panels" }, scene.root, curves.root),
    ...leftOutLine(meta.left_out),
    aboutPanel({ meta }, []),
  );
  await delivered;
  if (!signal.aborted) store.flush();
}

/** A named part of the state was not there; the view shows the nearest one instead of nothing. */
function withinView(meta: PreferenceMeta, { scene = {}, layer, head }: Shown): Partial<Shown> {
  const places = meta.axes.map(
    ({ name, words }) => [name, placeWithin(scene[name] ?? 0, words.length)] as const,
  );
  const moved = places.some(([name, place]) => scene[name] !== place);
  return {
    layer: placeWithin(layer, meta.n_layers),
    head: placeWithin(head, meta.n_heads, -1),
    ...(moved && { scene: Object.fromEntries(places) }),
  };
}
