/** Keeps the store's tile that of the current head; what goes wrong is said there, and the last picture stays. */

import type { ViewModel } from "../lib/afm.ts";
import { waitingMark } from "../lib/notices.ts";
import type { Store } from "../lib/store.ts";
import { TileSource } from "../lib/tiles.ts";
import { currentTile, type Shown } from "../panels/panel.ts";
import type { State } from "./index.ts";

const ON_EMBEDDED = "The kernel does not answer; until it does, numbers are those embedded in this view.";
const NOTHING_HERE =
  "The maps of this head are not embedded in this view, and no kernel answers. Run the notebook's cells again.";

/** Resolves when the first head has been delivered, if it is embedded. */
export async function feedTiles(
  model: ViewModel,
  root: HTMLElement,
  store: Store<Shown>,
  signal: AbortSignal,
): Promise<void> {
  const { wait, arrived } = waitingMark(root, signal);
  const source = new TileSource(
    model,
    { tiles: model.get("tiles") as State["tiles"], live: model.get("live") as boolean },
    {
      tile(tile) {
        arrived();
        store.set({ tile, error: "" });
      },
      error: (error) => store.set({ error }),
      silence: (hasEmbedded) => store.set(hasEmbedded ? { note: ON_EMBEDDED } : { error: NOTHING_HERE }),
      heard: () => store.set({ note: "", error: "" }),
    },
    signal,
  );
  const want = (): Promise<void> => {
    if (!currentTile(store.state)) wait();
    return source.want(store.state.layer, store.state.head);
  };
  store.watch(["layer", "head"], () => void want(), signal);
  await want();
}
