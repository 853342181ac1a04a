/**
 * Where tiles come from: those embedded in the view, decoded when first needed, and exact ones asked of the kernel.
 *
 *   need(layer, head) -> embedded? shown at once, with its rounding bound
 *                     -> live? {kind:"need", id, layer, head}  ->  {kind:"ack", id} at once
 *                              -> {kind:"tile", id} + bytes  |  {kind:"error", id, message}
 *
 * No acknowledgement for two seconds means that no kernel is there: the view stays on what it has and says so once. If
 * the kernel was only busy (with the cells below, when all are run) its answer still counts, and the view takes that back.
 * After an acknowledgement it waits without limit. One request is under way at a time and only the head wanted last
 * is asked for next, so dragging a slider over twelve layers does not queue twelve forwards.
 */

import type { ViewModel } from "./afm.ts";
import { type BytesLike, isMissing, toBytes } from "./bytes.ts";
import { Tile } from "./tile.ts";

export const ACK_TIMEOUT_MS = 2000;
/** Before an exact tile replaces an embedded one, the selection has to rest for this long. */
export const REST_MS = 120;
const CACHE_BYTES = 64e6;

interface Head {
  readonly layer: number;
  readonly head: number;
}

interface Request extends Head {
  readonly id: string;
  acknowledged: boolean;
}

export interface TileListener {
  tile(tile: Tile): void;
  /** something went wrong, in words */
  error(message: string): void;
  /** no kernel answers; said once */
  silence(hasEmbedded: boolean): void;
  /** a kernel that was silent answers after all */
  heard(): void;
}

const wordsOf = ({ layer, head }: Head): string => `L${layer} H${head}`;
const nameOf = ({ layer, head }: Head): string => `L${layer}H${head}`;

export class TileSource {
  readonly #model: ViewModel;
  readonly #embedded: Readonly<Record<string, BytesLike>>;
  readonly #live: boolean;
  readonly #listener: TileListener;
  /** heads for which the kernel has nothing better than what is in the cache */
  readonly #answered = new Set<string>();
  /** least recently used first */
  readonly #cache = new Map<string, Tile>();
  /** distinguishes the requests of several views of one model */
  readonly #prefix = Math.random().toString(36).slice(2, 8);
  #count = 0;
  #wanted: Head | undefined;
  /** the request that others wait behind */
  #request: Request | undefined;
  /**
   * Requests without an answer yet, by id: a kernel that was busy answers those that were given up, too. Of those that it
   * never acknowledged only the last is kept, or a silent kernel would leave one for every head ever looked at.
   */
  readonly #open = new Map<string, Request>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saidSilence = false;

  constructor(
    model: ViewModel,
    traits: { tiles: Readonly<Record<string, BytesLike>>; live: boolean },
    listener: TileListener,
    signal: AbortSignal,
  ) {
    this.#model = model;
    this.#embedded = traits.tiles ?? {};
    this.#live = traits.live;
    this.#listener = listener;
    model.on(
      "msg:custom",
      (message: unknown, buffers: BytesLike[]) => this.#receive(message, buffers),
      signal,
    );
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(this.#timer);
        this.#open.clear();
      },
      { once: true },
    );
  }

  /** How many requests are still listened for. */
  get pending(): number {
    return this.#open.size;
  }

  /**
   * Delivers the tile of this head to the listener: as soon as it is decoded if it is here, and again when an exact one
   * arrives. Resolves when what is here has been delivered.
   */
  async want(layer: number, head: number): Promise<void> {
    const wanted = { layer, head };
    this.#wanted = wanted;
    if (!this.#request) clearTimeout(this.#timer);
    const cached = this.#cache.get(nameOf(wanted));
    if (!cached || !this.#answered.has(nameOf(wanted))) this.#seek(wanted);
    if (cached) this.#deliver(cached);
    else if (this.#has(wanted)) await this.#decode(wanted);
  }

  /** Asks the kernel, if there may be one. */
  #seek(wanted: Head): void {
    if (!this.#live) {
      if (!this.#has(wanted)) this.#listener.error(`The maps of ${wordsOf(wanted)} are not in this page.`);
    } else if (!this.#request) {
      if (this.#has(wanted)) this.#timer = setTimeout(() => this.#ask(), REST_MS);
      else this.#ask();
    }
  }

  #has(wanted: Head): boolean {
    return !isMissing(this.#embedded[nameOf(wanted)]);
  }

  async #decode(wanted: Head): Promise<void> {
    try {
      const bytes = await toBytes(this.#embedded[nameOf(wanted)]);
      const tile = new Tile(bytes, wanted.layer, wanted.head);
      if (!this.#answered.has(nameOf(wanted))) this.#keep(tile);
    } catch (error) {
      this.#listener.error(`${wordsOf(wanted)} could not be read. ${(error as Error).message}`);
    }
  }

  #ask(): void {
    const wanted = this.#wanted;
    if (!wanted) return;
    const request = { ...wanted, id: `${this.#prefix}-${this.#count++}`, acknowledged: false };
    this.#request = request;
    for (const [id, { acknowledged }] of this.#open) if (!acknowledged) this.#open.delete(id);
    this.#open.set(request.id, request);
    this.#timer = setTimeout(() => this.#giveUp(request), ACK_TIMEOUT_MS);
    this.#model.send({ kind: "need", id: request.id, layer: request.layer, head: request.head });
  }

  #giveUp(request: Request): void {
    if (this.#request !== request || request.acknowledged) return;
    this.#request = undefined;
    const embedded = this.#wanted !== undefined && this.#has(this.#wanted);
    if (!this.#saidSilence || !embedded) this.#listener.silence(embedded);
    this.#saidSilence = true;
  }

  #receive(content: unknown, buffers: BytesLike[] = []): void {
    const message = content as {
      kind?: string;
      id?: string;
      layer?: number;
      head?: number;
      message?: string;
    };
    const request = this.#open.get(message?.id ?? "");
    if (!request) return;
    if (message.kind === "ack") {
      request.acknowledged = true;
      if (this.#request === request) clearTimeout(this.#timer);
      if (this.#saidSilence) this.#listener.heard();
      this.#saidSilence = false;
      return;
    }
    if (message.kind !== "tile" && message.kind !== "error") return;
    this.#open.delete(request.id);
    if (this.#request === request) {
      clearTimeout(this.#timer);
      this.#request = undefined;
    }
    if (message.kind === "error")
      this.#listener.error(message.message ?? "The kernel could not compute this head.");
    else void this.#accept(request, buffers[0]);
    const wanted = this.#wanted;
    if (!wanted || this.#request || nameOf(wanted) === nameOf(request) || this.#answered.has(nameOf(wanted)))
      return;
    this.#ask();
  }

  async #accept(head: Head, buffer: BytesLike): Promise<void> {
    try {
      const tile = new Tile(await toBytes(buffer), head.layer, head.head);
      this.#answered.add(nameOf(head));
      this.#keep(tile);
    } catch (error) {
      this.#listener.error((error as Error).message);
    }
  }

  #keep(tile: Tile): void {
    this.#cache.set(nameOf(tile), tile);
    let total = [...this.#cache.values()].reduce((sum, { nBytes }) => sum + nBytes, 0);
    for (const [name, { nBytes }] of this.#cache) {
      if (total <= CACHE_BYTES || name === nameOf(tile)) break;
      this.#cache.delete(name);
      this.#answered.delete(name);
      total -= nBytes;
    }
    this.#deliver(tile);
  }

  #deliver(tile: Tile): void {
    if (!this.#wanted || nameOf(tile) !== nameOf(this.#wanted)) return;
    this.#cache.delete(nameOf(tile));
    this.#cache.set(nameOf(tile), tile);
    this.#listener.tile(tile);
  }
}
