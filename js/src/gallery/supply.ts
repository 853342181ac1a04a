/** Where lists, maps and pictures come from: embedded in the view, or asked of the kernel. What has come once stays. */

import type { ViewModel } from "../lib/afm.ts";
import { type BytesLike, isMissing, toBytes } from "../lib/bytes.ts";
import { type RequestListener, Requests } from "../lib/requests.ts";
import { Unpacker } from "../lib/unpack.ts";
import { HeadLists } from "./data.ts";

const CACHE_BYTES = 64e6;

/** What can be said of a source while it is asked. */
export type Complaints = Pick<RequestListener<object>, "error" | "silence" | "heard">;

interface Head {
  readonly layer: number;
  readonly head: number;
}

const nameOf = ({ layer, head }: Head): string => `L${layer}H${head}`;

/** Lists and maps, head by head; the head wanted last is delivered. */
export class HeadSource {
  readonly #embedded: Readonly<Record<string, BytesLike>>;
  readonly #requests: Requests<Head> | undefined;
  readonly #complaints: Complaints;
  readonly #deliver: (lists: HeadLists) => void;
  readonly #unpacker: Unpacker;
  /** least recently used first */
  readonly #cache = new Map<string, HeadLists>();
  #wanted = "";

  constructor(
    model: ViewModel,
    deliver: (lists: HeadLists) => void,
    complaints: Complaints,
    signal: AbortSignal,
  ) {
    this.#embedded = (model.get("heads") as Record<string, BytesLike>) ?? {};
    this.#deliver = deliver;
    this.#complaints = complaints;
    this.#unpacker = new Unpacker(signal);
    const answer = (head: Head, [buffer]: readonly BytesLike[]): void => void this.#accept(head, buffer);
    if (model.get("live")) this.#requests = new Requests(model, { answer, ...complaints }, signal);
  }

  /** Resolves when what is here has been delivered. */
  async want(layer: number, head: number): Promise<void> {
    const wanted = { layer, head };
    this.#wanted = nameOf(wanted);
    this.#requests?.forget();
    const cached = this.#cache.get(this.#wanted);
    const embedded = this.#embedded[this.#wanted];
    if (cached) this.#keep(cached);
    else if (!isMissing(embedded)) await this.#accept(wanted, embedded);
    else if (this.#requests) this.#requests.ask(wanted);
    else this.#complaints.error(`The images of L${layer} H${head} are not in this page.`);
  }

  async #accept(head: Head, bytes: BytesLike): Promise<void> {
    try {
      this.#keep(new HeadLists(await this.#unpacker.bytes(bytes), head.layer, head.head));
    } catch (error) {
      this.#complaints.error(`L${head.layer} H${head.head} could not be read. ${(error as Error).message}`);
    }
  }

  #keep(lists: HeadLists): void {
    const name = nameOf(lists);
    this.#cache.delete(name);
    this.#cache.set(name, lists);
    let total = [...this.#cache.values()].reduce((sum, { nBytes }) => sum + nBytes, 0);
    for (const [old, { nBytes }] of this.#cache) {
      if (total <= CACHE_BYTES || old === name) break;
      this.#cache.delete(old);
      total -= nBytes;
    }
    if (name === this.#wanted) this.#deliver(lists);
  }
}

/** Pictures by their position among the images, as addresses that an <img> takes. */
export class Thumbnails {
  readonly #embedded: Readonly<Record<string, BytesLike>>;
  readonly #requests: Requests<{ images: readonly number[] }> | undefined;
  readonly #complaints: Complaints;
  readonly #arrived: () => void;
  readonly #urls = new Map<number, string>();
  readonly #signal: AbortSignal;

  constructor(model: ViewModel, arrived: () => void, complaints: Complaints, signal: AbortSignal) {
    this.#embedded = (model.get("thumbnails") as Record<string, BytesLike>) ?? {};
    this.#arrived = arrived;
    this.#complaints = complaints;
    this.#signal = signal;
    if (model.get("live")) {
      const answer = ({ images }: { images: readonly number[] }, buffers: readonly BytesLike[]): void =>
        void this.#accept(images, buffers);
      this.#requests = new Requests(model, { answer, ...complaints }, signal);
    }
    signal.addEventListener("abort", () => this.#urls.forEach((url) => void URL.revokeObjectURL(url)), {
      once: true,
    });
  }

  url(image: number): string | undefined {
    return this.#urls.get(image);
  }

  /** Gets those of these pictures that are not here yet; resolves when the embedded ones are. */
  async want(images: readonly number[]): Promise<void> {
    this.#requests?.forget();
    const missing = [...new Set(images)].filter((image) => !this.#urls.has(image));
    const [here, elsewhere] = [true, false].map((embedded) =>
      missing.filter((image) => isMissing(this.#embedded[image]) !== embedded),
    ) as [number[], number[]];
    if (elsewhere.length) this.#requests?.ask({ images: elsewhere });
    if (here.length)
      await this.#accept(
        here,
        here.map((image) => this.#embedded[image]),
      );
  }

  async #accept(images: readonly number[], pictures: readonly BytesLike[]): Promise<void> {
    try {
      const decoded = await Promise.all(pictures.map(toBytes));
      if (this.#signal.aborted) return;
      for (const [i, image] of images.entries()) {
        const bytes = decoded[i];
        if (bytes?.length && !this.#urls.has(image))
          this.#urls.set(image, URL.createObjectURL(new Blob([bytes as BlobPart])));
      }
      this.#arrived();
    } catch (error) {
      this.#complaints.error((error as Error).message);
    }
  }
}
