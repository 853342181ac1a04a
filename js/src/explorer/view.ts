/** Puts the panels of one view together and feeds them tiles. */

import type { ViewProps } from "../lib/afm.ts";
import { type Data, loadData } from "../lib/data.ts";
import { h } from "../lib/dom.ts";
import { initialState, keepPainted, mountOn } from "../lib/mount.ts";
import { leftOutLine, noticeLines } from "../lib/notices.ts";
import { bindTraits, Store } from "../lib/store.ts";
import { aboutPanel } from "../panels/about.ts";
import { attentionPanel } from "../panels/attention.ts";
import { controlsBar, withinModel } from "../panels/controls.ts";
import { gridPanel } from "../panels/grid.ts";
import { overlayPanel } from "../panels/overlay.ts";
import { type Panel, type PanelContext, type PanelName, SHARED, type Shown } from "../panels/panel.ts";
import { spectrumPanel } from "../panels/spectrum.ts";
import { trendPanel } from "../panels/trend.ts";
import { feedTiles } from "./feed.ts";
import { keepInSight } from "./in-sight.ts";
import type { State } from "./index.ts";

const PANELS: Record<PanelName, (context: PanelContext) => Panel> = {
  grid: gridPanel,
  spectrum: spectrumPanel,
  overlay: overlayPanel,
  trend: trendPanel,
  attention: attentionPanel,
};
/** Panels about the images have nothing to show without one. */
const ABOUT_IMAGES: readonly PanelName[] = ["overlay", "attention"];
const DATA = ["meta", "spectra", "pictures", "tiles", "live", "panels"] as const;

const DEFAULT_VIEW: State["view"] = {
  palette: "red-cyan",
  scale: "signed",
  layout: "overlay",
  threshold: 0,
  number: "",
  rank: "share",
};

export const mount = (view: ViewProps): Promise<void> =>
  mountOn(view, DATA, async (current) => {
    const { model, signal } = current;
    const trait = <K extends keyof State>(name: K): State[K] => model.get(name) as State[K];
    const data = await loadData(
      { meta: trait("meta"), spectra: trait("spectra"), pictures: trait("pictures") },
      signal,
    );
    if (!signal.aborted) await compose(current, data, trait("panels"));
  });

async function compose(view: ViewProps, data: Data, names: readonly PanelName[]): Promise<void> {
  const { model, root, signal } = view;
  const store = new Store<Shown>(
    initialState<Shown>(model, SHARED, DEFAULT_VIEW, {
      tile: null,
      hover: null,
      hoverMode: -1,
      keyToken: -1,
    }),
    signal,
  );
  const context = { store, data, signal };
  const shown = names.filter((name) => data.meta.images.length > 0 || !ABOUT_IMAGES.includes(name));
  const bar = controlsBar(context);
  const notices = noticeLines(store, model.get("live") as boolean);
  const panels = shown.map((name) => ({
    ...PANELS[name](context),
    aboutImages: ABOUT_IMAGES.includes(name),
  }));

  const inside = (): void => store.set(withinModel(data.meta, store.state));
  inside();
  store.watch(["layer", "head", "mode", "image"], inside, signal);
  bindTraits(model, store, SHARED, signal);
  const needsTiles = panels.some(({ aboutImages }) => aboutImages);
  const delivered = needsTiles ? feedTiles(model, root, store, signal) : undefined;
  keepPainted([bar, notices, outlinePalette(context, root), ...panels], store, view);

  const tiers = [false, true]
    .map((images) => ({ images, roots: panels.filter((panel) => panel.aboutImages === images) }))
    .filter(({ roots }) => roots.length)
    .map(({ images, roots }) =>
      h(
        "div",
        { class: `tier ${images ? "images" : "weights"}`, "data-count": images && data.meta.images.length },
        ...roots.map((panel) => panel.root),
      ),
    );
  root.replaceChildren(
    bar.root,
    ...notices.roots,
    h("div", { class: "panels" }, ...tiers),
    ...leftOutLine(data.meta.left_out),
    aboutPanel(data, shown),
  );
  keepInSight(bar.root, root, signal);
  await delivered;
  if (!signal.aborted) store.flush();
}

/** The style sheet colours the outlines on the pictures. */
const outlinePalette = ({ store }: PanelContext, root: HTMLElement) => ({
  keys: ["view"] as const,
  paint(): void {
    root.dataset.qkPalette = store.state.view.palette;
  },
});
