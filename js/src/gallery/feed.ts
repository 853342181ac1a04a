/** Keeps the store's lists those of the current head, and gets the pictures that they show. */

import type { ViewModel } from "../lib/afm.ts";
import { waitingMark } from "../lib/notices.ts";
import type { Store } from "../lib/store.ts";
import type { Sign } from "../lib/tile.ts";
import { currentLists, type Shown } from "./context.ts";
import type { Images } from "./data.ts";
import { HeadSource, Thumbnails } from "./supply.ts";

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
  const { wait, arrived } = waitingMark(root, signal);
  const complaints = {
    error: (error: string) => store.set({ error }),
    silence: () => store.set({ note: NO_KERNEL }),
    heard: () => store.set({ note: "" }),
  };
  const deliver = (lists: Shown["lists"]): void => {
    arrived();
    store.set({ lists, error: "" });
  };
  const heads = new HeadSource(model, deliver, complaints, signal);
  const thumbnails = new Thumbnails(
    model,
    () => store.set({ pictures: store.state.pictures + 1 }),
    complaints,
    signal,
  );

  const wantHead = (): Promise<void> => {
    if (!currentLists(store.state)) wait();
    return heads.want(store.state.layer, store.state.head);
  };
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
      store.watch(["layer", "head"], () => void wantHead(), signal);
      store.watch(
        ["lists", "layer", "head", "mode", "sign", "view"],
        () => void wantPictures(images),
        signal,
      );
      await wantHead();
      await wantPictures(images);
    },
  };
}
