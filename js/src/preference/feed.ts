/** Keeps the store's scene the one whose parameters are set: embedded in the view, or asked of the kernel. What has come stays. */

import type { ViewModel } from "../lib/afm.ts";
import { type BytesLike, isMissing } from "../lib/bytes.ts";
import { waitingMark } from "../lib/notices.ts";
import { Requests } from "../lib/requests.ts";
import type { Store } from "../lib/store.ts";
import { Unpacker } from "../lib/unpack.ts";
import type { Shown } from "./context.ts";
import { type PreferenceMeta, Scene, sceneKey } from "./data.ts";
import type { State } from "./index.ts";

const KEPT = 200;
const NO_KERNEL = "The kernel does not answer yet; the scene appears when it does.";
const NOT_HERE = "This scene is not in this page.";

interface Kept {
  readonly scene: Scene;
  readonly url: string;
}

/** Resolves when the first scene has been delivered, if it is embedded. */
export async function feedScenes(
  model: ViewModel,
  root: HTMLElement,
  store: Store<Shown>,
  { axes }: PreferenceMeta,
  signal: AbortSignal,
): Promise<void> {
  const embedded = (model.get("tiles") as State["tiles"]) ?? {};
  const unpacker = new Unpacker(signal);
  const { wait, arrived } = waitingMark(root, signal);
  /** least recently used first */
  const kept = new Map<string, Kept>();
  let wanted = "";

  function show(key: string, found: Kept): void {
    kept.delete(key);
    kept.set(key, found);
    if (key !== wanted) return;
    arrived();
    store.set({ shown: found, error: "" });
    // The one that is shown is the last, so it stays.
    for (const [old, { url }] of kept) {
      if (kept.size <= KEPT) break;
      kept.delete(old);
      URL.revokeObjectURL(url);
    }
  }

  async function accept(key: string, bytes: BytesLike): Promise<void> {
    try {
      const scene = new Scene(await unpacker.bytes(bytes), key);
      if (signal.aborted) return;
      const known = kept.get(key);
      const url = known?.url ?? URL.createObjectURL(new Blob([scene.picture as BlobPart]));
      show(key, { scene, url });
    } catch (error) {
      store.set({ error: `This scene could not be read. ${(error as Error).message}` });
    }
  }

  const requests = model.get("live")
    ? new Requests<Pick<State, "scene">>(
        model,
        {
          answer: ({ scene }, [buffer]) => void accept(sceneKey(axes, scene), buffer),
          error(error) {
            arrived();
            store.set({ error });
          },
          silence: () => store.set({ note: NO_KERNEL }),
          heard: () => store.set({ note: "" }),
        },
        signal,
      )
    : undefined;

  async function want(): Promise<void> {
    const { scene } = store.state;
    wanted = sceneKey(axes, scene);
    requests?.forget();
    const here = kept.get(wanted);
    if (here) show(wanted, here);
    else if (!isMissing(embedded[wanted])) await accept(wanted, embedded[wanted]);
    else if (requests) {
      wait();
      requests.ask({ scene });
    } else store.set({ error: NOT_HERE });
  }

  signal.addEventListener(
    "abort",
    () => {
      for (const { url } of kept.values()) URL.revokeObjectURL(url);
    },
    { once: true },
  );
  store.watch(["scene"], () => void want(), signal);
  await want();
}
