/** A model without a kernel: traits in memory, changes heard by every view, messages answered by nobody. */

import type { Listener, Model } from "../lib/afm.ts";

export class PageModel implements Model {
  readonly #traits: Record<string, unknown>;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(traits: Record<string, unknown>) {
    this.#traits = traits;
  }

  get(key: string): unknown {
    return this.#traits[key];
  }

  set(key: string, value: unknown): void {
    if (Object.is(this.#traits[key], value)) return;
    this.#traits[key] = value;
    this.#emit(`change:${key}`);
    this.#emit("change");
  }

  on(event: string, listener: Listener): void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
  }

  off(event: string, listener: Listener): void {
    this.#listeners.get(event)?.delete(listener);
  }

  /** Nothing to save to: the page is all there is. */
  save_changes(): void {}

  /** Nobody answers. Widgets in a page have `live` false and do not ask. */
  send(): void {}

  get listeners(): number {
    return [...this.#listeners.values()].reduce((total, { size }) => total + size, 0);
  }

  #emit(event: string): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) (listener as () => void)();
  }
}
