/** Anything that carries `data-mode` chooses that mode when it is clicked, or, being a button, pressed by a key. */

import { clamp } from "../lib/numbers.ts";
import type { Choosing } from "./panel.ts";

const KEYS: Record<string, (mode: number, last: number) => number> = {
  ArrowLeft: (mode) => mode - 1,
  ArrowDown: (mode) => mode - 1,
  ArrowRight: (mode) => mode + 1,
  ArrowUp: (mode) => mode + 1,
  Home: () => 0,
  End: (_, last) => last,
};

/** The mode of what was hit, -1: none */
export const modeAt = (event: Event): number =>
  Number((event.target as Element).closest<HTMLElement | SVGElement>("[data-mode]")?.dataset.mode ?? -1);

/** One listener for all rows of `root`, which are painted anew while it stays. */
export function chooseModeOnClick(
  root: GlobalEventHandlers,
  store: Choosing<{ readonly mode: number }>,
  signal: AbortSignal,
  at: (event: MouseEvent) => number = modeAt,
): void {
  const choose = (event: MouseEvent): void => {
    const mode = at(event);
    if (mode >= 0) store.set({ mode });
  };
  root.addEventListener("click", choose, { signal });
}

/** A chart of all modes of a head: clicks choose, the pointer points, and arrow keys go from mode to mode; `at` says what is hit. */
export function chooseModeOnChart(
  chart: GlobalEventHandlers,
  store: Choosing<{ readonly mode: number; readonly hoverMode: number }>,
  count: number,
  signal: AbortSignal,
  at: (event: MouseEvent) => number = modeAt,
): void {
  const point = (hoverMode: number): void => store.set({ hoverMode });
  const onKey = (event: KeyboardEvent): void => {
    const step = KEYS[event.key];
    if (!step) return;
    event.preventDefault();
    store.set({ mode: clamp(step(store.state.mode, count - 1), 0, count - 1) });
  };
  chooseModeOnClick(chart, store, signal, at);
  chart.addEventListener("pointermove", (event) => point(at(event)), {
    signal,
  });
  chart.addEventListener("pointerleave", () => point(-1), { signal });
  chart.addEventListener("keydown", onKey, { signal });
}
