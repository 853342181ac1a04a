/** Where one head's maps come from: embedded in the view, or asked of the kernel, which has those on single images exactly. */

import type { ViewModel } from "../lib/afm.ts";
import { type BytesLike, isMissing } from "../lib/bytes.ts";
import { Kept } from "../lib/kept.ts";
import { waitingMark } from "../lib/notices.ts";
import { Requests } from "../lib/requests.ts";
import type { Store } from "../lib/store.ts";
import { type Head, headName } from "../lib/supply.ts";
import { Unpacker } from "../lib/unpack.ts";
import type { Shown } from "./context.ts";
import { HeadMaps } from "./data.ts";

const CACHE_BYTES = 64e6;
/** Before exact maps replace embedded ones, the selection has to rest for this long. */
export const REST_MS = 120;

const ON_EMBEDDED = "The kernel does not answer; until it does, maps are those embedded in this view.";
const NOTHING_HERE =
  "The maps of this head are not embedded in this view, and no kernel answers. Run the notebook’s cells again.";

/** Keeps the store's maps those of the current head; resolves when the first ones have been delivered, if they are embedded. */
export async function feedMaps(
  model: ViewModel,
  root: HTMLElement,
  store: Store<Shown>,
  signal: AbortSignal,
): Promise<void> {
  const embedded = (model.get("maps") as Record<string, BytesLike>) ?? {};
  const kept = new Kept<HeadMaps>(CACHE_BYTES, ({ nBytes }) => nBytes);
  const unpacker = new Unpacker(signal);
  const { wait, arrived } = waitingMark(root, signal);
  let rest: ReturnType<typeof setTimeout> | undefined;
  const wanted = (): Head => ({ layer: store.state.layer, head: store.state.head });
  const isHere = (head: Head): boolean => !isMissing(embedded[headName(head)]);

  const requests = model.get("live")
    ? new Requests<Head>(
        model,
        {
          answer: (head, [buffer]) => void accept(head, buffer),
          error: (error) => complain({ error }),
          silence: () => complain(isHere(wanted()) ? { note: ON_EMBEDDED } : { error: NOTHING_HERE }),
          heard: () => store.set({ note: "", error: "" }),
        },
        signal,
      )
    : undefined;
  signal.addEventListener("abort", () => clearTimeout(rest), { once: true });

  function complain(words: Partial<Pick<Shown, "error" | "note">>): void {
    arrived();
    store.set(words);
  }

  async function accept(head: Head, bytes: BytesLike): Promise<void> {
    try {
      const maps = new HeadMaps(await unpacker.bytes(bytes), head.layer, head.head);
      const held = kept.get(headName(head));
      if (!held?.exact || maps.exact) keep(maps);
    } catch (error) {
      complain({ error: `${headName(head)} could not be read. ${(error as Error).message}` });
    }
  }

  function keep(maps: HeadMaps): void {
    kept.keep(headName(maps), maps);
    if (headName(maps) !== headName(wanted())) return;
    arrived();
    store.set({ maps, error: "" });
  }

  async function want(): Promise<void> {
    const head = wanted();
    clearTimeout(rest);
    wait();
    requests?.forget();
    const cached = kept.get(headName(head));
    if (!cached?.exact && requests) {
      if (cached || isHere(head)) rest = setTimeout(() => requests.ask(head), REST_MS);
      else requests.ask(head);
    }
    if (cached) keep(cached);
    else if (isHere(head)) await accept(head, embedded[headName(head)]);
    else if (!requests)
      store.set({ error: `The maps of L${head.layer} H${head.head} are not in this page.` });
  }

  store.watch(["layer", "head"], () => void want(), signal);
  await want();
}
