/**
 * Asking the kernel: {kind:"need", id, …}  ->  {kind:"ack", id} at once  ->  {kind:"tile", id, …} + bytes | {kind:"error", id, message}
 *
 * No acknowledgement for two seconds means that no kernel is there. If it was only busy (with the cells below, when all are
 * run) its answer still counts. After an acknowledgement the view waits without limit. One request is under way at a time,
 * and of those that wait only the last is sent, so dragging a slider over twelve layers does not queue twelve forwards.
 */

import type { ViewModel } from "./afm.ts";
import type { BytesLike } from "./bytes.ts";

export const ACK_TIMEOUT_MS = 2000;

export interface RequestListener<Wish extends object> {
  answer(wish: Wish, buffers: readonly BytesLike[]): void;
  /** something went wrong, in words */
  error(message: string): void;
  /** no kernel answers */
  silence(): void;
  /** a kernel that was silent answers after all */
  heard(): void;
}

interface Request<Wish> {
  readonly id: string;
  readonly wish: Wish;
  acknowledged: boolean;
}

/** `Wish` is sent as it is, beside `kind` and `id`. */
export class Requests<Wish extends object> {
  readonly #model: ViewModel;
  readonly #listener: RequestListener<Wish>;
  /** distinguishes the requests of several views of one model, and of several kinds in one view */
  readonly #prefix = Math.random().toString(36).slice(2, 8);
  #count = 0;
  /** the request that others wait behind */
  #request: Request<Wish> | undefined;
  /** what is asked next */
  #next: Wish | undefined;
  /**
   * Requests without an answer yet, by id: a kernel that was busy answers those that were given up, too. Of those that it
   * never acknowledged only the last is kept, or a silent kernel would leave one for everything ever looked at.
   */
  readonly #open = new Map<string, Request<Wish>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silent = false;

  constructor(model: ViewModel, listener: RequestListener<Wish>, signal: AbortSignal) {
    this.#model = model;
    this.#listener = listener;
    model.on(
      "msg:custom",
      (message: unknown, buffers?: BytesLike[]) => this.#receive(message, buffers),
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

  /** Asks for this as soon as nothing else is under way, unless something else is wanted by then. */
  ask(wish: Wish): void {
    this.#next = this.#request && same(this.#request.wish, wish) ? undefined : wish;
    if (!this.#request) this.#send();
  }

  /** What waits to be asked is not wanted any more. */
  forget(): void {
    this.#next = undefined;
  }

  #send(): void {
    const wish = this.#next;
    if (!wish) return;
    this.#next = undefined;
    const request = { id: `${this.#prefix}-${this.#count++}`, wish, acknowledged: false };
    this.#request = request;
    for (const [id, { acknowledged }] of this.#open) if (!acknowledged) this.#open.delete(id);
    this.#open.set(request.id, request);
    this.#timer = setTimeout(() => this.#giveUp(request), ACK_TIMEOUT_MS);
    this.#model.send({ kind: "need", id: request.id, ...wish });
  }

  #giveUp(request: Request<Wish>): void {
    if (this.#request !== request || request.acknowledged) return;
    this.#request = undefined;
    this.#silent = true;
    this.#listener.silence();
    this.#send();
  }

  #receive(content: unknown, buffers: readonly BytesLike[] = []): void {
    const { kind, id = "", message } = content as { kind?: string; id?: string; message?: string };
    const request = this.#open.get(id);
    if (!request) return;
    if (kind === "ack") {
      request.acknowledged = true;
      if (this.#silent) this.#listener.heard();
      this.#silent = false;
    } else if (kind === "tile" || kind === "error") {
      this.#open.delete(id);
      if (this.#request === request) {
        clearTimeout(this.#timer);
        this.#request = undefined;
      }
      if (kind === "tile") this.#listener.answer(request.wish, buffers);
      else this.#listener.error(message ?? "The kernel could not answer.");
      if (!this.#request) this.#send();
    }
  }
}

const same = (one: object, other: object): boolean => JSON.stringify(one) === JSON.stringify(other);
