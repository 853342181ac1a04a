/** Keeps the store's tables those of the current head. */

import type { ViewModel } from "../lib/afm.ts";
import { Kept } from "../lib/kept.ts";
import type { Store } from "../lib/store.ts";
import { headName, headWords, keepSupplied } from "../lib/supply.ts";
import type { Shown } from "./context.ts";
import { HeadTables } from "./data.ts";
import type { State } from "./index.ts";

const NO_KERNEL =
  "The kernel does not answer yet; tables that are not embedded in this view appear when it does.";

/** Resolves when the first head has been delivered, if it is embedded. */
export const feedTables = (
  model: ViewModel,
  root: HTMLElement,
  store: Store<Shown>,
  signal: AbortSignal,
): Promise<void> =>
  keepSupplied(
    model,
    root,
    store,
    {
      embedded: model.get("heads") as State["heads"],
      // Tables are small, and there are as many of them as heads.
      kept: new Kept<HeadTables>(Number.POSITIVE_INFINITY, () => 1),
      keys: ["layer", "head"],
      wish: ({ layer, head }) => ({ layer, head }),
      nameOf: headName,
      read: (bytes, { layer, head }) => new HeadTables(bytes, layer, head),
      show: (tables) => ({ tables }),
      words: headWords("tables", NO_KERNEL),
    },
    signal,
  );
