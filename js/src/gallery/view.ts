/** Puts one gallery together and feeds it lists and pictures. */

import type { ViewProps } from "../lib/afm.ts";
import { toBytes } from "../lib/bytes.ts";
import { type Data, loadData } from "../lib/data.ts";
import { h } from "../lib/dom.ts";
import { initialState, keepPainted, mountOn } from "../lib/mount.ts";
import { leftOutLine, noticeLines } from "../lib/notices.ts";
import { bindTraits, Store } from "../lib/store.ts";
import { aboutPanel } from "../panels/about.ts";
import { addressWithin, controlsBar } from "../panels/controls.ts";
import { headGrid } from "../panels/grid.ts";
import { type GalleryContext, SHARED, type Shown } from "./context.ts";
import { type GalleryMeta, Images } from "./data.ts";
import { feedGallery } from "./feed.ts";
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

export const mount = (view: ViewProps): Promise<void> =>
  mountOn(view, DATA, async (current) => {
    const { model, signal } = current;
    const meta = model.get("meta") as GalleryMeta;
    const data = await loadData(
      { meta, spectra: model.get("spectra") as State["spectra"], pictures: null },
      signal,
    );
    const images = new Images(await toBytes(model.get("images") as State["images"]));
    if (!signal.aborted) await compose(current, { ...data, meta }, images);
  });

async function compose(view: ViewProps, data: Data & { meta: GalleryMeta }, images: Images): Promise<void> {
  const { model, root, signal } = view;
  const store = new Store<Shown>(
    initialState<Shown>(model, SHARED, DEFAULT_VIEW, { lists: null, pictures: 0 }),
    signal,
  );
  const feed = feedGallery(model, root, store, signal);
  const context: GalleryContext = { store, data, images, thumbnails: feed.thumbnails, signal };
  const bar = { ...controlsBar(context), keys: ["layer", "head", "mode"] as const };
  const heads = { ...headGrid(context), keys: ["layer", "head", "theme"] as const };
  const mode = modeWords(context);
  const options = galleryOptions(context);
  const rows = [galleryRow(context, "+"), galleryRow(context, "-")];
  const legend = galleryLegend(context);
  const notices = noticeLines(store);

  const inside = (): void => store.set(withinView(data.meta, store.state));
  inside();
  store.watch(["layer", "head", "mode", "view"], inside, signal);
  bindTraits(model, store, SHARED, signal);
  const delivered = feed.start(images);
  keepPainted([bar, heads, mode, options, ...rows, legend, notices, styles(context, root)], store, view);

  bar.root.lastElementChild?.before(mode.root);
  root.replaceChildren(
    h("div", { class: "top" }, h("div", { class: "chosen" }, bar.root, options.root), heads.root),
    ...notices.roots,
    h("div", { class: "rows", "data-testid": "qk-gallery" }, ...rows.map((row) => row.root)),
    legend.root,
    ...leftOutLine(data.meta.left_out),
    aboutPanel(data, []),
  );
  await delivered;
  if (!signal.aborted) store.flush();
}

/** What the style sheet must know. */
const styles = ({ store }: GalleryContext, root: HTMLElement) => ({
  keys: ["view", "sign"] as const,
  paint(): void {
    root.dataset.qkPalette = store.state.view.palette;
    root.dataset.signs = store.state.sign === "both" ? "both" : "one";
  },
});

/** A named part of the state was not there; the view shows the nearest one instead of nothing. */
function withinView(meta: GalleryMeta, state: Shown): Partial<Shown> {
  const { view } = state;
  const sampled = view.sample === "top" || meta.gallery.deciles.length > 0;
  return {
    ...addressWithin(meta, state),
    view: sampled ? view : { ...view, sample: "top" },
  };
}
