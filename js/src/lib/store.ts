/**
 * One small store per view: what the view shows, and who repaints when it changes.
 *
 * Any number of changes between two animation frames is one paint. What Python must know is bound to traits
 * (`bindTraits`); hover and the like live in the same store but are never bound, so they stay in the browser.
 */

import type { ViewModel } from "./afm.ts";

/** Pauses between saves to Python while something is dragged; the last value is always saved. */
const SAVE_INTERVAL_MS = 80;
/** A watcher may set what an earlier one watches; more rounds than this in a frame would be a loop. */
const ROUNDS_A_FRAME = 4;

interface Watcher<S> {
  readonly keys: readonly (keyof S)[];
  readonly react: () => void;
}

export class Store<S extends object> {
  readonly #state: S;
  readonly #watchers = new Set<Watcher<S>>();
  /** keys set since the last paint */
  #changed = new Set<keyof S>();
  /** the animation frame asked for, 0: none */
  #frame = 0;
  #closed = false;

  constructor(state: S, signal: AbortSignal) {
    this.#state = { ...state };
    signal.addEventListener("abort", () => this.#close(), { once: true });
  }

  get state(): Readonly<S> {
    return this.#state;
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  set(patch: Partial<S>): void {
    for (const key of Object.keys(patch) as (keyof S)[]) {
      const value = patch[key] as S[keyof S];
      if (Object.is(this.#state[key], value)) continue;
      this.#state[key] = value;
      this.#changed.add(key);
    }
    if (this.#changed.size && !this.#frame && !this.#closed) {
      this.#frame = requestAnimationFrame(() => this.flush());
    }
  }

  /** `react` runs once a frame in which any of `keys` changed, in the order of registration. */
  watch(keys: readonly (keyof S)[], react: () => void, signal: AbortSignal): void {
    const watcher = { keys, react };
    this.#watchers.add(watcher);
    signal.addEventListener("abort", () => this.#watchers.delete(watcher), { once: true });
  }

  /** Paints now what would be painted on the next frame. */
  flush(): void {
    cancelAnimationFrame(this.#frame);
    for (let round = 0; this.#changed.size && round < ROUNDS_A_FRAME; round++) {
      const changed = this.#changed;
      this.#changed = new Set();
      for (const { keys, react } of this.#watchers) if (keys.some((key) => changed.has(key))) react();
    }
    this.#frame = 0;
  }

  #close(): void {
    this.#closed = true;
    cancelAnimationFrame(this.#frame);
  }
}

/** Changes some of how things are drawn. */
export function setView<V extends object>(
  store: { readonly state: { readonly view: V }; set(patch: { view: V }): void },
  patch: Partial<V>,
): void {
  store.set({ view: { ...store.state.view, ...patch } });
}

/** Keeps `keys` of the store and the traits of the same names equal, both ways. */
export function bindTraits<S extends object>(
  model: ViewModel,
  store: Store<S>,
  keys: readonly (keyof S & string)[],
  signal: AbortSignal,
): void {
  for (const key of keys) {
    model.on(`change:${key}`, () => store.set({ [key]: model.get(key) } as Partial<S>), signal);
  }
  // Set and save belong together: a model that holds what was not sent yet would take Python's echo of an earlier value for
  // news, and a slider dragged fast would jump back.
  const push = throttled(
    () => {
      const differing = keys.filter((key) => !Object.is(model.get(key), store.state[key]));
      for (const key of differing) model.set(key, store.state[key]);
      if (differing.length) model.save_changes();
    },
    SAVE_INTERVAL_MS,
    signal,
  );
  store.watch(keys, push, signal);
}

/** Runs at once, then at most once an interval, and never forgets the last call: closing runs what is pending. */
export function throttled(action: () => void, intervalMs: number, signal: AbortSignal): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pending = false;
  const tick = (): void => {
    timer = undefined;
    if (pending) run();
  };
  const run = (): void => {
    pending = false;
    timer = setTimeout(tick, intervalMs);
    action();
  };
  signal.addEventListener(
    "abort",
    () => {
      clearTimeout(timer);
      if (pending) action();
    },
    { once: true },
  );
  return () => {
    if (timer === undefined) run();
    else pending = true;
  };
}
