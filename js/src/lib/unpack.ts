/**
 * Gzipped parts of a page are unpacked on a thread of their own, so that a slider that goes from head to head is not held up.
 *
 * Where no worker can be had (a host's policy forbids it, or there are none) the page's own thread does the same work.
 */

import { type BytesLike, type EncodedBytes, fromBase64, gunzip, isPacked, toBytes } from "./bytes.ts";

type Question = readonly [id: number, text: string];
type Answer = readonly [id: number, bytes: Uint8Array | undefined];

/** The worker's whole program. The two functions stand in it as text, and so use nothing around them. */
const program = (): string => `const decode=${fromBase64};const unpack=${gunzip};
onmessage=async({data:[id,text]})=>{try{const bytes=await unpack(decode(text));postMessage([id,bytes],[bytes.buffer])}
catch{postMessage([id])}}`;

export class Unpacker {
  /** undefined before the first use; null where there is none */
  #worker: Worker | null | undefined;
  /** those who wait for the worker, by the number of their question */
  readonly #waiting = new Map<number, (bytes: Uint8Array | undefined) => void>();
  #count = 0;
  readonly #signal: AbortSignal;

  /** The worker ends with `signal`. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#end(), { once: true });
  }

  async bytes(value: BytesLike): Promise<Uint8Array> {
    // What the worker could not do is done here, where it says what is wrong.
    return (isPacked(value) && (await this.#elsewhere(value))) || toBytes(value);
  }

  #elsewhere({ base64 }: EncodedBytes): Promise<Uint8Array | undefined> {
    if (this.#worker === undefined) this.#worker = this.#started();
    const worker = this.#worker;
    if (!worker) return Promise.resolve(undefined);
    const id = this.#count++;
    return new Promise((done) => {
      this.#waiting.set(id, done);
      worker.postMessage([id, base64] satisfies Question);
    });
  }

  #started(): Worker | null {
    if (this.#signal.aborted || typeof Worker === "undefined") return null;
    const url = URL.createObjectURL(new Blob([program()], { type: "text/javascript" }));
    try {
      const worker = new Worker(url);
      worker.addEventListener("message", ({ data: [id, bytes] }: MessageEvent<Answer>) => {
        this.#waiting.get(id)?.(bytes);
        this.#waiting.delete(id);
      });
      worker.addEventListener("error", () => this.#end());
      return worker;
    } catch {
      return null;
    } finally {
      // Its program has not been read yet.
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    }
  }

  /** Nobody is left waiting: what was asked is done on the page's own thread. */
  #end(): void {
    this.#worker?.terminate();
    this.#worker = null;
    for (const done of this.#waiting.values()) done(undefined);
    this.#waiting.clear();
  }
}
