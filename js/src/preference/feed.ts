/** Keeps the store's scene the one whose parameters are set, with the address of its picture. */

import type { ViewModel } from "../lib/afm.ts";
import { Kept } from "../lib/kept.ts";
import type { Store } from "../lib/store.ts";
import { keepSupplied } from "../lib/supply.ts";
import type { Shown } from "./context.ts";
import { type PreferenceMeta, Scene, sceneKey } from "./data.ts";
import type { State } from "./index.ts";

const KEPT = 200;
const WORDS = {
  unread: () => "This scene could not be read.",
  missing: () => "This scene is not in this page.",
  silence: "The kernel does not answer yet; the scene appears when it does.",
} as const;

type Pictured = NonNullable<Shown["shown"]>;

/** Resolves when the first scene has been delivered, if it is embedded. */
export const feedScenes = (
  model: ViewModel,
  root: HTMLElement,
  store: Store<Shown>,
  { axes }: PreferenceMeta,
  signal: AbortSignal,
): Promise<void> =>
  keepSupplied(
    model,
    root,
    store,
    {
      embedded: model.get("tiles") as State["tiles"],
      kept: new Kept<Pictured>(
        KEPT,
        () => 1,
        ({ url }) => URL.revokeObjectURL(url),
      ),
      keys: ["scene"],
      wish: ({ scene }) => ({ scene }),
      nameOf: ({ scene }) => sceneKey(axes, scene),
      read(bytes, { scene: places }) {
        const scene = new Scene(bytes, sceneKey(axes, places));
        return { scene, url: URL.createObjectURL(new Blob([scene.picture as BlobPart])) };
      },
      show: (shown) => ({ shown }),
      words: WORDS,
    },
    signal,
  );
