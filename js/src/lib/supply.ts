/**
 * What a view looks at one at a time, a head's tables or a scene: embedded in the view, or asked of the kernel. What has come stays.
 *
 * (Where what is embedded is rounded, and a kernel has it exactly, see tiles.ts.)
 */

import type { ViewModel } from "./afm.ts";
import { type BytesLike, isMissing } from "./bytes.ts";
import type { Kept } from "./kept.ts";
import { waitingMark } from "./notices.ts";
import { Requests } from "./requests.ts";
import type { Store } from "./store.ts";
import { Unpacker } from "./unpack.ts";

export interface Wares<S, Wish extends object, Part> {
  /** those in the view, by name */
  readonly embedded: Readonly<Record<string, BytesLike>> | undefined;
  readonly kept: Kept<Part>;
  /** of what in the state the wish depends */
  readonly keys: readonly (keyof S)[];
  wish(state: Readonly<S>): Wish;
  nameOf(wish: Wish): string;
  read(bytes: Uint8Array, wish: Wish): Part;
  /** how the store holds it */
  show(part: Part): Partial<S>;
  readonly words: {
    /** of one that cannot be read, before the reason */
    unread(wish: Wish): string;
    /** of one that is not here, and no kernel could have it */
    missing(wish: Wish): string;
    /** while a kernel that should answer does not */
    readonly silence: string;
  };
}

/** One of the heads, and what is said of it. */
export interface Head {
  readonly layer: number;
  readonly head: number;
}

export const headName = ({ layer, head }: Head): string => `L${layer}H${head}`;

export const headWords = (what: string, silence: string): Wares<Head, Head, unknown>["words"] => ({
  unread: ({ layer, head }) => `L${layer} H${head} could not be read.`,
  missing: ({ layer, head }) => `The ${what} of L${layer} H${head} are not in this page.`,
  silence,
});

/** Keeps what the store shows the one that is wished for; resolves when the first has been delivered, if it is embedded. */
export async function keepSupplied<
  S extends { readonly error: string; readonly note: string },
  Wish extends object,
  Part,
>(
  model: ViewModel,
  root: HTMLElement,
  store: Store<S>,
  wares: Wares<S, Wish, Part>,
  signal: AbortSignal,
): Promise<void> {
  const { embedded = {}, kept, nameOf, words } = wares;
  const unpacker = new Unpacker(signal);
  const { wait, arrived } = waitingMark(root, signal);
  let wanted = "";
  const tell = (said: { error?: string; note?: string }): void => store.set(said as Partial<S>);

  function deliver(name: string, part: Part): void {
    kept.keep(name, part);
    if (name !== wanted) return;
    arrived();
    tell({ ...wares.show(part), error: "" });
  }

  async function accept(wish: Wish, bytes: BytesLike): Promise<void> {
    try {
      const unpacked = await unpacker.bytes(bytes);
      if (!signal.aborted) deliver(nameOf(wish), wares.read(unpacked, wish));
    } catch (error) {
      tell({ error: `${words.unread(wish)} ${(error as Error).message}` });
    }
  }

  const requests = model.get("live")
    ? new Requests<Wish>(
        model,
        {
          answer: (wish, [buffer]) => void accept(wish, buffer),
          error(error) {
            arrived();
            tell({ error });
          },
          silence: () => tell({ note: words.silence }),
          heard: () => tell({ note: "" }),
        },
        signal,
      )
    : undefined;

  async function want(): Promise<void> {
    const wish = wares.wish(store.state);
    wanted = nameOf(wish);
    requests?.forget();
    const here = kept.get(wanted);
    if (here !== undefined) return deliver(wanted, here);
    // What is shown is that of the last wish, and looks so.
    wait();
    if (!isMissing(embedded[wanted])) await accept(wish, embedded[wanted]);
    else if (requests) requests.ask(wish);
    else tell({ error: words.missing(wish) });
  }

  signal.addEventListener("abort", () => kept.clear(), { once: true });
  store.watch(wares.keys, () => void want(), signal);
  await want();
}
