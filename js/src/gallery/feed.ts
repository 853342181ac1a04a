/** Keeps the store's lists those of the current head, and gets the pictures that they show. */

import type { ViewModel } from "../lib/afm.ts";
import { Kept } from "../lib/kept.ts";
import type { Store } from "../lib/store.ts";
import { headName, headWords, keepSupplied } from "../lib/supply.ts";
import type { Sign } from "../lib/tile.ts";
import { currentLists, type Shown } from "./context.ts";
import { HeadLists, type Images } from "./data.ts";
import type { State } from "./index.ts";
import { Thumbnails } from "./supply.ts";

const CACHE_BYTES = 64e6;

const NO_KERNEL =
  "The kernel does not answer yet; images that are not embedded in this view appear when it does.";

export interface Feed {
  readonly thumbnails: Thumbnails;
  /** Resolves when what is embedded of the first mode has been delivered. */
  start(images: Images): Promise<void>;
}

export function feedGallery(
  model: ViewModel,
  root: HTMLElement,
  store: Store<Shown>,
  signal: AbortSignal,
): Feed {
  const complaints = {
    error: (error: string) => store.set({ error }),
    silence: () => store.set({ note: NO_KERNEL }),
    heard: () => store.set({ note: "" }),
  };
  const thumbnails = new Thumbnails(
    model,
    () => store.set({ pictures: store.state.pictures + 1 }),
    complaints,
    signal,
  );

  const wantPictures = async (images: Images): Promise<void> => {
    const { mode, sign, view } = store.state;
    const lists = currentLists(store.state);
    if (!lists) return;
    const signs: readonly Sign[] = sign === "both" ? ["+", "-"] : [sign];
    const shown = signs.flatMap((each) => lists.hits(view.sample, mode, each).map(({ image }) => image));
    await thumbnails.want(shown.filter((image) => images.isPictured(image)));
  };
  return {
    thumbnails,
    async start(images) {
      store.watch(
        ["lists", "layer", "head", "mode", "sign", "view"],
        () => void wantPictures(images),
        signal,
      );
      await keepSupplied(
        model,
        root,
        store,
        {
          embedded: model.get("heads") as State["heads"],
          kept: new Kept<HeadLists>(CACHE_BYTES, ({ nBytes }) => nBytes),
          keys: ["layer", "head"],
          wish: ({ layer, head }) => ({ layer, head }),
          nameOf: headName,
          read: (bytes, { layer, head }) => new HeadLists(bytes, layer, head),
          show: (lists) => ({ lists }),
          words: headWords("images", NO_KERNEL),
        },
        signal,
      );
      await wantPictures(images);
    },
  };
}
