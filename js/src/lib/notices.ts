/** What a view says of itself: what went wrong, what is worth knowing, and that it waits. */

import { h, setText } from "./dom.ts";
import type { Store } from "./store.ts";

/** Most answers come within a frame or two; only a longer wait is shown, by dimming what is there. */
const WAITING_MS = 200;

export const errorLine = (words: string): HTMLElement =>
  h("p", { class: "error", role: "alert", "data-testid": "qk-error" }, words);

/**
 * The lines for what went wrong and for what is worth knowing.
 *
 * A note comes and goes with the kernel: where `live` says that there may be one, its line is kept free, and nothing below moves.
 */
export function noticeLines<S extends { readonly error: string; readonly note: string }>(
  store: Store<S>,
  live = false,
) {
  const error = errorLine("");
  const note = h("p", { class: "note", role: "status", "data-live": live, "data-testid": "qk-note" });
  return {
    roots: [error, note] as const,
    keys: ["error", "note"] as const,
    paint(): void {
      setText(error, store.state.error);
      setText(note, store.state.note);
    },
  };
}

/** What a page had to leave out, in a line of its own. */
export const leftOutLine = (sentences: readonly string[]): HTMLElement[] =>
  sentences.length ? [h("p", { class: "note" }, sentences.join(" "))] : [];

/** Marks `root` while what was asked for has not come, once that takes longer than a blink. */
export function waitingMark(root: HTMLElement, signal: AbortSignal): { wait(): void; arrived(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const arrived = (): void => {
    clearTimeout(timer);
    root.removeAttribute("data-waiting");
  };
  signal.addEventListener("abort", arrived, { once: true });
  return {
    arrived,
    wait(): void {
      clearTimeout(timer);
      timer = setTimeout(() => root.setAttribute("data-waiting", ""), WAITING_MS);
    },
  };
}
