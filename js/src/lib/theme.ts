/** Is the page around us light or dark? Asked of what is really painted, since no two hosts say it the same way. */

import type { Theme } from "./colour.ts";

const ROOT_ATTRIBUTES = ["class", "style", "data-jp-theme-light", "data-theme", "data-color-mode"];

/** By the luminance of the first opaque background behind `element`, across shadow roots. */
export function themeOf(element: Element): Theme {
  for (let node: Element | null = element; node; node = parentOf(node)) {
    const rgb = opaqueBackground(node);
    if (rgb) return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2] < 128 ? "dark" : "light";
  }
  return prefersDark()?.matches ? "dark" : "light";
}

/** Calls back at once, and again whenever the host switches. */
export function observeTheme(element: Element, onTheme: (theme: Theme) => void, signal: AbortSignal): void {
  const look = (): void => onTheme(themeOf(element));
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

function opaqueBackground(element: Element): [number, number, number] | undefined {
  const numbers =
    getComputedStyle(element)
      .backgroundColor.match(/[\d.]+/g)
      ?.map(Number) ?? [];
  const [r, g, b, alpha = 1] = numbers;
  return r === undefined || g === undefined || b === undefined || alpha < 0.5 ? undefined : [r, g, b];
}
