/** What every view does: mount on its data, anew when Python sends others, and paint its pieces when their state changes. */

import type { ViewModel, ViewProps } from "./afm.ts";
import type { Theme } from "./colour.ts";
import { errorLine } from "./notices.ts";
import type { Store } from "./store.ts";

/** A part of a view, and what it repaints for. */
export interface Piece<S> {
  readonly keys: readonly (keyof S)[];
  paint(): void;
}

/** One that has a place of its own. */
export interface Standing<S> extends Piece<S> {
  readonly root: HTMLElement;
}

/**
 * Runs `compose` now and again whenever one of these traits changes; its `signal` ends with each run.
 *
 * What cannot be shown is said in its place. The view is marked as ready when the first picture stands.
 */
export async function mountOn(
  view: ViewProps,
  traits: readonly string[],
  compose: (view: ViewProps) => Promise<void>,
): Promise<void> {
  const { model, root, signal } = view;
  let current: AbortController | undefined;
  signal.addEventListener("abort", () => current?.abort(), { once: true });

  async function remount(): Promise<void> {
    current?.abort();
    current = new AbortController();
    const run = current.signal;
    try {
      await compose({ ...view, signal: run });
    } catch (error) {
      if (!run.aborted) root.replaceChildren(errorLine((error as Error).message));
    }
    if (!run.aborted) root.dataset.ready = "1";
  }

  // Python sends all data in one message, but each trait has its own event: mount once for all of them.
  let queued = false;
  const later = (): void => {
    if (queued) return;
    queued = true;
    queueMicrotask(() => {
      queued = false;
      if (!signal.aborted) void remount();
    });
  };
  for (const name of traits) model.on(`change:${name}`, later, signal);
  await remount();
}

/** Paints all pieces now, and each whenever its state changes; the theme is a part of the state. */
export function keepPainted<S extends { readonly theme: Theme }>(
  pieces: readonly Piece<S>[],
  store: Store<S>,
  { onTheme, signal }: ViewProps,
): void {
  for (const { keys, paint } of pieces) store.watch(keys, paint, signal);
  onTheme((theme) => store.set({ theme } as Partial<S>), signal);
  for (const { paint } of pieces) paint();
}

/** What a view starts from: its traits as they stand, `view` with what is missing there, and what is its own. */
export function initialState<S extends { readonly view: object }>(
  model: ViewModel,
  names: readonly (keyof S & string)[],
  view: S["view"],
  own: Partial<S>,
): S {
  const shared = sharedTraits<S>(model, names);
  const rest = { theme: "light", error: "", note: "", ...own };
  return { ...shared, ...rest, view: { ...view, ...shared.view } };
}

/** The traits of these names as they stand. */
export const sharedTraits = <S extends object>(model: ViewModel, names: readonly (keyof S & string)[]): S =>
  Object.fromEntries(names.map((name) => [name, model.get(name)])) as S;
