/** Anything that carries `data-mode` chooses that mode when it is clicked, or, being a button, pressed by a key. */

import type { Store } from "../lib/store.ts";
import type { Shown } from "./panel.ts";

/** The mode of what was hit, -1: none */
export const modeAt = (event: Event): number =>
  Number((event.target as Element).closest<HTMLElement | SVGElement>("[data-mode]")?.dataset.mode ?? -1);

/** One listener for all rows of `root`, which are painted anew while it stays. */
export function chooseModeOnClick(root: Element, store: Store<Shown>, signal: AbortSignal): void {
  const choose = (event: Event): void => {
    const mode = modeAt(event);
    if (mode >= 0) store.set({ mode });
  };
  root.addEventListener("click", choose, { signal });
}
