/** Keeps the store's tables those of the current head: embedded in the view, or asked of the kernel. What has come stays. */

import type { ViewModel } from "../lib/afm.ts";
import { type BytesLike, isMissing } from "../lib/bytes.ts";
import { waitingMark } from "../lib/notices.ts";
import { Requests } from "../lib/requests.ts";
import type { Store } from "../lib/store.ts";
import { Unpacker } from "../lib/unpack.ts";
import type { Shown } from "./context.ts";
import { HeadTables } from "./data.ts";
import type { State } from "./index.ts";

const NO_KERNEL =
  "The kernel does not answer yet; tables that are not embedded in this view appear when it does.";

type Head = Pick<State, "layer" | "head">;

/** Resolves when the first head has been delivered, if it is embedded. */
export async function feedTables(
  model: ViewModel,
  root: HTMLElement,
  store: Store<Shown>,
  signal: AbortSignal,
): Promise<void> {
  const embedded = (model.get("heads") as State["heads"]) ?? {};
  const unpacker = new Unpacker(signal);
  const { wait, arrived } = waitingMark(root, signal);
  /** Tables are small, and there are as many of them as heads. */
  const kept = new Map<string, HeadTables>();
  const nameOf = ({ layer, head }: Head): string => `L${layer}H${head}`;

  async function accept(head: Head, bytes: BytesLike): Promise<void> {
    try {
      const tables = new HeadTables(await unpacker.bytes(bytes), head.layer, head.head);
      kept.set(nameOf(head), tables);
      if (nameOf(store.state) === nameOf(head)) {
        arrived();
        store.set({ tables, error: "" });
      }
    } catch (error) {
      store.set({ error: `L${head.layer} H${head.head} could not be read. ${(error as Error).message}` });
    }
  }

  const requests = model.get("live")
    ? new Requests<Head>(
        model,
        {
          answer: (head, [buffer]) => void accept(head, buffer),
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
    const { layer, head } = store.state;
    const name = nameOf({ layer, head });
    requests?.forget();
    const here = kept.get(name);
    if (here) {
      arrived();
      store.set({ tables: here, error: "" });
    } else if (!isMissing(embedded[name])) await accept({ layer, head }, embedded[name]);
    else if (requests) {
      wait();
      requests.ask({ layer, head });
    } else store.set({ error: `The tables of L${layer} H${head} are not in this page.` });
  }

  store.watch(["layer", "head"], () => void want(), signal);
  await want();
}
