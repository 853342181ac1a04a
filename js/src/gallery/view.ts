/** Puts one gallery together, feeds it lists and pictures, and mounts it anew when Python sends other data. */

import type { ViewModel, ViewProps } from "../lib/afm.ts";
import { toBytes } from "../lib/bytes.ts";
import { type Data, loadData } from "../lib/data.ts";
import { h, setText } from "../lib/dom.ts";
import { clamp } from "../lib/numbers.ts";
import { bindTraits, Store } from "../lib/store.ts";
import { aboutPanel } from "../panels/about.ts";
import { controlsBar } from "../panels/controls.ts";
import { gridPanel } from "../panels/grid.ts";
import {
  asPanelContext,
  type GalleryContext,
  type Part,
  SHARED,
  type Shared,
  type Shown,
} from "./context.ts";
import { type GalleryMeta, Images } from "./data.ts";
import { type Feed, feedGallery } from "./feed.ts";
import type { State } from "./index.ts";
import { galleryOptions } from "./options.ts";
import { galleryRow } from "./row.ts";
import { galleryLegend, modeWords } from "./words.ts";

const DATA = ["meta", "spectra", "images", "heads", "thumbnails", "live"] as const;

const DEFAULT_VIEW: State["view"] = {
  palette: "red-cyan",
  scale: "signed",
  layout: "overlay",
  sample: "top",
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
  try {
    const meta = model.get("meta") as GalleryMeta;
    const data = await loadData(
      { meta, spectra: model.get("spectra") as State["spectra"], pictures: null },
      signal,
    );
    const images = new Images(await toBytes(model.get("images") as State["images"]));
    if (signal.aborted) return;
    await compose(view, { ...data, meta }, images);
  } catch (error) {
    if (signal.aborted) return;
    root.replaceChildren(errorLine((error as Error).message));
  }
  if (!signal.aborted) root.dataset.ready = "1";
}

async function compose(
  { model, root, signal, onTheme }: ViewProps,
  data: Data & { meta: GalleryMeta },
  images: Images,
): Promise<void> {
  const store = new Store<Shown>(initialState(model), signal);
  const feed: Feed = feedGallery(model, root, store, signal);
  const context: GalleryContext = { store, data, images, thumbnails: feed.thumbnails, signal };
  const panels = asPanelContext(context);
  const bar = controlsBar(panels) as unknown as Part;
  const heads = gridPanel(panels) as unknown as Part;
  const mode = modeWords(context);
  const options = galleryOptions(context);
  const rows = [galleryRow(context, "+"), galleryRow(context, "-")];
  const legend = galleryLegend(context);
  const notices = noticeLines(context, root);
  const parts = [bar, heads, mode, options, ...rows, legend, notices];

  const inside = (): void => store.set(withinModel(data.meta, store.state));
  inside();
  store.watch(["layer", "head", "mode", "view"], inside, signal);
  bindTraits(model, store, SHARED, signal);
  const delivered = feed.start(images);
  for (const { keys, paint } of parts) store.watch(keys, paint, signal);
  onTheme((theme) => store.set({ theme }), signal);
  for (const { paint } of parts) paint();

  bar.root.lastElementChild?.before(mode.root);
  const leftOut = data.meta.left_out.length ? [h("p", { class: "note" }, data.meta.left_out.join(" "))] : [];
  root.replaceChildren(
    h("div", { class: "top" }, h("div", { class: "chosen" }, bar.root, options.root), heads.root),
    ...notices.roots,
    h("div", { class: "rows", "data-testid": "qk-gallery" }, ...rows.map((row) => row.root)),
    legend.root,
    ...leftOut,
    aboutPanel(data, []),
  );
  await delivered;
  if (!signal.aborted) store.flush();
}

/** What went wrong, and what is worth knowing, in words; and what the style sheet must know. */
function noticeLines({ store }: GalleryContext, root: HTMLElement): Part & { roots: HTMLElement[] } {
  const error = errorLine("");
  const note = h("p", { class: "note", role: "status", "data-testid": "qk-note" });
  return {
    root,
    roots: [error, note],
    keys: ["error", "note", "view", "sign"],
    paint() {
      setText(error, store.state.error);
      setText(note, store.state.note);
      root.dataset.qkPalette = store.state.view.palette;
      root.dataset.signs = store.state.sign === "both" ? "both" : "one";
    },
  };
}

const errorLine = (words: string): HTMLElement =>
  h("p", { class: "error", role: "alert", "data-testid": "qk-error" }, words);

/** A named part of the state was not there; the view shows the nearest one instead of nothing. */
function withinModel({ n_layers, n_heads, n_modes, gallery }: GalleryMeta, state: Shown): Partial<Shown> {
  const inside = (value: number, count: number): number =>
    clamp(Math.trunc(value) || 0, 0, Math.max(0, count - 1));
  const { view } = state;
  const sampled = view.sample === "top" || gallery.deciles.length > 0;
  return {
    layer: inside(state.layer, n_layers),
    head: inside(state.head, n_heads),
    mode: inside(state.mode, n_modes),
    view: sampled ? view : { ...view, sample: "top" },
  };
}

function initialState(model: ViewModel): Shown {
  const shared = Object.fromEntries(SHARED.map((name) => [name, model.get(name)])) as unknown as Shared;
  return {
    ...shared,
    view: { ...DEFAULT_VIEW, ...shared.view },
    theme: "light",
    lists: null,
    pictures: 0,
    error: "",
    note: "",
  };
}
