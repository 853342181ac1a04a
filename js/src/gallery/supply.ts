/** Where pictures come from: embedded in the view, or asked of the kernel, several at a time. What has come once stays. */

import type { ViewModel } from "../lib/afm.ts";
import { type BytesLike, isMissing, toBytes } from "../lib/bytes.ts";
import { type RequestListener, Requests } from "../lib/requests.ts";

/** What can be said of a source while it is asked. */
export type Complaints = Pick<RequestListener<object>, "error" | "silence" | "heard">;

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
