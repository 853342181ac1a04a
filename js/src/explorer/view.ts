/** Puts the panels of one view together, feeds them tiles, and mounts them anew when Python sends other data. */

import type { ViewModel, ViewProps } from "../lib/afm.ts";
import { type Data, loadData } from "../lib/data.ts";
import { h, setText } from "../lib/dom.ts";
import { bindTraits, Store } from "../lib/store.ts";
import { aboutPanel } from "../panels/about.ts";
import { attentionPanel } from "../panels/attention.ts";
import { controlsBar, withinModel } from "../panels/controls.ts";
import { gridPanel } from "../panels/grid.ts";
import { overlayPanel } from "../panels/overlay.ts";
import {
  type Panel,
  type PanelContext,
  type PanelName,
  SHARED,
  type Shared,
  type Shown,
} from "../panels/panel.ts";
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

export async function mount({ model, root, signal, onTheme }: ViewProps): Promise<void> {
  let current: AbortController | undefined;
  signal.addEventListener("abort", () => current?.abort(), { once: true });

  async function remount(): Promise<void> {
    current?.abort();
    current = new AbortController();
    await mountData({ model, root, signal: current.signal, onTheme });
  }

  // Python sends all data in one message, but each trait has its own event: mount once for all of them.
  let queued = false;
  const later = (): void => {
    if (queued) return;
    queued = true;
    queueMicrotask(() => {
      queued = false;
      if (!signal.aborted) void remount();
    });
  };
  for (const name of DATA) model.on(`change:${name}`, later, signal);
  await remount();
}

async function mountData(view: ViewProps): Promise<void> {
  const { model, root, signal } = view;
  const trait = <K extends keyof State>(name: K): State[K] => model.get(name) as State[K];
  try {
    const data = await loadData(
      { meta: trait("meta"), spectra: trait("spectra"), pictures: trait("pictures") },
      signal,
    );
    if (signal.aborted) return;
    await compose(view, data, trait("panels"));
  } catch (error) {
    if (signal.aborted) return;
    root.replaceChildren(errorLine((error as Error).message));
  }
  if (!signal.aborted) root.dataset.ready = "1";
}

async function compose(view: ViewProps, data: Data, names: readonly PanelName[]): Promise<void> {
  const { model, root, signal, onTheme } = view;
  const store = new Store<Shown>(initialState(model), signal);
  const context = { store, data, signal };
  const shown = names.filter((name) => data.meta.images.length > 0 || !ABOUT_IMAGES.includes(name));
  const bar = controlsBar(context);
  const notices = noticeLines(context, root, model.get("live") as boolean);
  const panels = shown.map((name) => ({
    ...PANELS[name](context),
    aboutImages: ABOUT_IMAGES.includes(name),
  }));

  const inside = (): void => store.set(withinModel(data, store.state));
  inside();
  store.watch(["layer", "head", "mode", "image"], inside, signal);
  bindTraits(model, store, SHARED, signal);
  const needsTiles = panels.some(({ aboutImages }) => aboutImages);
  const delivered = needsTiles ? feedTiles(model, root, store, signal) : undefined;
  for (const { keys, paint } of [bar, notices, ...panels]) store.watch(keys, paint, signal);
  onTheme((theme) => store.set({ theme }), signal);
  for (const { paint } of [bar, notices, ...panels]) paint();

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
  const leftOut = data.meta.left_out.length ? [h("p", { class: "note" }, data.meta.left_out.join(" "))] : [];
  root.replaceChildren(
    bar.root,
    ...notices.roots,
    h("div", { class: "panels" }, ...tiers),
    ...leftOut,
    aboutPanel(data, shown),
  );
  keepInSight(bar.root, root, signal);
  await delivered;
  if (!signal.aborted) store.flush();
}

/**
 * What went wrong, and what is worth knowing, in words; and the palette for the outlines on the pictures.
 *
 * The note comes and goes with the kernel, so where there may be one its line is kept free: nothing below it moves.
 */
function noticeLines({ store }: PanelContext, root: HTMLElement, live: boolean) {
  const error = errorLine("");
  const note = h("p", { class: "note", role: "status", "data-live": live, "data-testid": "qk-note" });
  return {
    roots: [error, note],
    keys: ["error", "note", "view"] as const,
    paint(): void {
      setText(error, store.state.error);
      setText(note, store.state.note);
      root.dataset.qkPalette = store.state.view.palette;
    },
  };
}

const errorLine = (words: string): HTMLElement =>
  h("p", { class: "error", role: "alert", "data-testid": "qk-error" }, words);

function initialState(model: ViewModel): Shown {
  const shared = Object.fromEntries(SHARED.map((name) => [name, model.get(name)])) as unknown as Shared;
  return {
    ...shared,
    view: { ...DEFAULT_VIEW, ...shared.view },
    theme: "light",
    tile: null,
    hover: null,
    hoverMode: -1,
    keyToken: -1,
    error: "",
    note: "",
  };
}
