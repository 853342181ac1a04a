/** Is the page around us light or dark? Asked of what is really painted, since no two hosts say it the same way. */

import type { Theme } from "./colour.ts";

const ROOT_ATTRIBUTES = ["class", "style", "data-jp-theme-light", "data-theme", "data-color-mode"];

export interface Surroundings {
  readonly theme: Theme;
  /** the background we stand on, as CSS */
  readonly paper: string;
}

/** The first opaque background behind `element`, across shadow roots; light or dark by its luminance. */
export function surroundingsOf(element: Element): Surroundings {
  for (let node: Element | null = element; node; node = parentOf(node)) {
    const paper = getComputedStyle(node).backgroundColor;
    const rgb = opaque(paper);
    if (rgb)
      return { theme: 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2] < 128 ? "dark" : "light", paper };
  }
  return { theme: prefersDark()?.matches ? "dark" : "light", paper: "Canvas" };
}

/** Calls back at once, and again whenever the host switches. */
export function observeSurroundings(
  element: Element,
  onChange: (surroundings: Surroundings) => void,
  signal: AbortSignal,
): void {
  const look = (): void => onChange(surroundingsOf(element));
  const observer = new MutationObserver(look);
  for (const root of [document.documentElement, document.body]) {
    observer.observe(root, { attributes: true, attributeFilter: ROOT_ATTRIBUTES });
  }
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  prefersDark()?.addEventListener("change", look, { signal });
  look();
}

const prefersDark = (): MediaQueryList | undefined => globalThis.matchMedia?.("(prefers-color-scheme: dark)");

function parentOf(element: Element): Element | null {
  if (element.parentElement) return element.parentElement;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}

function opaque(colour: string): [number, number, number] | undefined {
  const [r, g, b, alpha = 1] = colour.match(/[\d.]+/g)?.map(Number) ?? [];
  return r === undefined || g === undefined || b === undefined || alpha < 0.5 ? undefined : [r, g, b];
}
