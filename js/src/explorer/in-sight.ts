/**
 * Keeps the bar of sliders in sight where CSS cannot.
 *
 * `position: sticky` sticks to the nearest ancestor that *may* scroll. In JupyterLab that is the cell's own output area, which
 * never does: the notebook around it scrolls. There the bar is moved by hand, once the scrolling rests, since a bar moved while
 * the page scrolls would tremble; until then it is out of sight. Where CSS does it all (exported pages) nothing is moved.
 */

import { clamp } from "../lib/numbers.ts";

/** Without a scroll event for so long, the scrolling has come to rest. */
export const REST_MS = 120;

export function keepInSight(bar: HTMLElement, root: HTMLElement, signal: AbortSignal): void {
  let shift = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function settle(): void {
    const { top, height } = bar.getBoundingClientRect();
    const natural = top - shift;
    const room = root.getBoundingClientRect().bottom - natural - height;
    const sticks = getComputedStyle(bar).position === "sticky";
    shift = sticks && room > 0 ? Math.round(clamp(topInSight(root) - natural, 0, room)) : 0;
    bar.style.transform = shift ? `translateY(${shift}px)` : "";
    bar.removeAttribute("data-adrift");
  }

  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(settle, REST_MS);
    bar.toggleAttribute("data-adrift", shift > 0);
  };
  // Scroll events do not bubble, but every one of them passes the document on its way down.
  document.addEventListener("scroll", later, { capture: true, passive: true, signal });
  globalThis.addEventListener("resize", later, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
}

/** Where what clips `element` begins, from the top of the window: at the lowest upper edge among its ancestors that clip. */
function topInSight(element: Element): number {
  let top = 0;
  for (let node = parentOf(element); node && node !== document.documentElement; node = parentOf(node)) {
    if (node !== document.body && getComputedStyle(node).overflowY !== "visible") {
      top = Math.max(top, node.getBoundingClientRect().top);
    }
  }
  return top;
}

function parentOf(node: Element): Element | null {
  const root = node.getRootNode();
  return node.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
}
