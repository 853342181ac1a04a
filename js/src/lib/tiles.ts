/**
 * Where tiles come from: those embedded in the view, decoded when first needed, and exact ones asked of the kernel.
 *
 *   want(layer, head) -> embedded? shown at once, with its rounding bound
 *                     -> live? asked for as requests.ts has it, and shown when it comes
 *
 * Without a kernel the view stays on what it has and says so once; if the kernel was only busy, the view takes that back.
 */

import type { ViewModel } from "./afm.ts";
import { type BytesLike, isMissing, toBytes } from "./bytes.ts";
import { Kept } from "./kept.ts";
import { Requests } from "./requests.ts";
import { type Head, headName as nameOf } from "./supply.ts";
import { Tile } from "./tile.ts";
import { Unpacker } from "./unpack.ts";

export { ACK_TIMEOUT_MS } from "./requests.ts";
/** Before an exact tile replaces an embedded one, the selection has to rest for this long. */
export const REST_MS = 120;
const CACHE_BYTES = 64e6;

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

export class TileSource {
  readonly #embedded: Readonly<Record<string, BytesLike>>;
  /** undefined where there is no kernel */
  readonly #requests: Requests<Head> | undefined;
  readonly #listener: TileListener;
  readonly #unpacker: Unpacker;
  /** heads for which the kernel has nothing better than what is in the cache */
  readonly #answered = new Set<string>();
  readonly #kept = new Kept<Tile>(
    CACHE_BYTES,
    ({ nBytes }) => nBytes,
    (_, name) => this.#answered.delete(name),
  );
  #wanted: Head | undefined;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #saidSilence = false;

  constructor(
    model: ViewModel,
    traits: { tiles: Readonly<Record<string, BytesLike>>; live: boolean },
    listener: TileListener,
    signal: AbortSignal,
  ) {
    this.#embedded = traits.tiles ?? {};
    this.#listener = listener;
    this.#unpacker = new Unpacker(signal);
    const reply = {
      answer: (head: Head, [buffer]: readonly BytesLike[]) => void this.#accept(head, buffer),
      error: (message: string) => listener.error(message),
      silence: () => this.#silence(),
      heard: () => {
        this.#saidSilence = false;
        listener.heard();
      },
    };
    if (traits.live) this.#requests = new Requests(model, reply, signal);
    signal.addEventListener("abort", () => clearTimeout(this.#rest), { once: true });
  }

  /** How many requests are still listened for. */
  get pending(): number {
    return this.#requests?.pending ?? 0;
  }

  /**
   * Delivers the tile of this head to the listener: as soon as it is decoded if it is here, and again when an exact one
   * arrives. Resolves when what is here has been delivered.
   */
  async want(layer: number, head: number): Promise<void> {
    const wanted = { layer, head };
    this.#wanted = wanted;
    clearTimeout(this.#rest);
    this.#requests?.forget();
    const cached = this.#kept.get(nameOf(wanted));
    if (!cached || !this.#answered.has(nameOf(wanted))) this.#seek(wanted);
    if (cached) this.#deliver(cached);
    else if (this.#has(wanted)) await this.#decode(wanted);
  }

  /** Asks the kernel, if there may be one. */
  #seek(wanted: Head): void {
    const requests = this.#requests;
    if (!requests) {
      if (!this.#has(wanted)) this.#listener.error(`The maps of ${wordsOf(wanted)} are not in this page.`);
    } else if (this.#has(wanted)) {
      this.#rest = setTimeout(() => requests.ask(wanted), REST_MS);
    } else {
      requests.ask(wanted);
    }
  }

  #has(wanted: Head): boolean {
    return !isMissing(this.#embedded[nameOf(wanted)]);
  }

  async #decode(wanted: Head): Promise<void> {
    try {
      const bytes = await this.#unpacker.bytes(this.#embedded[nameOf(wanted)]);
      const tile = new Tile(bytes, wanted.layer, wanted.head);
      if (!this.#answered.has(nameOf(wanted))) this.#keep(tile);
    } catch (error) {
      this.#listener.error(`${wordsOf(wanted)} could not be read. ${(error as Error).message}`);
    }
  }

  #silence(): void {
    const embedded = this.#wanted !== undefined && this.#has(this.#wanted);
    if (!this.#saidSilence || !embedded) this.#listener.silence(embedded);
    this.#saidSilence = true;
  }

  async #accept(head: Head, buffer: BytesLike): Promise<void> {
    try {
      const tile = new Tile(await toBytes(buffer), head.layer, head.head);
      this.#keep(tile);
      this.#answered.add(nameOf(head));
    } catch (error) {
      this.#listener.error((error as Error).message);
    }
  }

  #keep(tile: Tile): void {
    this.#kept.keep(nameOf(tile), tile);
    this.#deliver(tile);
  }

  #deliver(tile: Tile): void {
    if (!this.#wanted || nameOf(tile) !== nameOf(this.#wanted)) return;
    this.#kept.keep(nameOf(tile), tile);
    this.#listener.tile(tile);
  }
}
