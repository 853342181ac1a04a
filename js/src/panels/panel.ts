/** What panels share: the state they paint from, the one way to be a panel, and the look of a panel's frame. */

import type { State } from "../explorer/index.ts";
import type { Theme } from "../lib/colour.ts";
import type { Data, Meta } from "../lib/data.ts";
import { h } from "../lib/dom.ts";
import type { Standing } from "../lib/mount.ts";
import { clamp } from "../lib/numbers.ts";
import type { Store } from "../lib/store.ts";
import type { Tile } from "../lib/tile.ts";

/** The traits a user changes by looking around; Python and every other view of the model follow. */
export const SHARED = ["layer", "head", "mode", "image", "token", "sign", "view"] as const;
export type Shared = Pick<State, (typeof SHARED)[number]>;

/** What stays in this view. */
export interface Local {
  readonly theme: Theme;
  /** numbers of the current head, or of the one before while they are on their way */
  readonly tile: Tile | null;
  /** the patch under the pointer or the keyboard cursor */
  readonly hover: { readonly image: number; readonly patch: number } | null;
  /** the mode under the pointer in the spectrum, -1: none */
  readonly hoverMode: number;
  /** the key token whose score is taken apart, -1: the one with the largest weight */
  readonly keyToken: number;
  readonly error: string;
  readonly note: string;
}

export type Shown = Shared & Local;

export interface PanelContext {
  readonly store: Store<Shown>;
  readonly data: Data;
  readonly signal: AbortSignal;
}

/** The part of a store that a panel reads and sets, so that views of other states can have that panel, too. */
export interface Choosing<S> {
  readonly state: Readonly<S>;
  set(patch: Partial<S>): void;
  flush(): void;
}

export type Panel = Standing<Shown>;

export type PanelName = "grid" | "spectrum" | "overlay" | "trend" | "attention";

export function frame(
  name: string,
  title: string,
  tools: readonly HTMLElement[],
  ...body: HTMLElement[]
): HTMLElement {
  const head = h("header", {}, h("h3", {}, title), ...tools);
  return h(
    "section",
    { class: `panel ${name}`, "data-testid": `qk-${name}`, "aria-label": title },
    head,
    ...body,
  );
}

/** A label of the vertical axis, its middle so many pixels below the upper edge. */
export function yLabel(y: number, words: string): HTMLElement {
  const label = h("span", { class: "tick" }, words);
  label.style.top = `${y}px`;
  return label;
}

/** Charts beside a tall grid of heads are as much taller, so that the three end together; in pixels. */
export const chartAir = ({ n_heads: nHeads }: Meta): number => clamp(24 * nHeads - 160, 0, 130);

/** The current head's tile, or null while it is on its way. */
export function currentTile({ tile, layer, head }: Pick<Shown, "tile" | "layer" | "head">): Tile | null {
  return tile && tile.layer === layer && tile.head === head ? tile : null;
}
