/** What the parts of a preference view share: the state they paint from, and what never changes. */

import type { Theme } from "../lib/colour.ts";
import type { Standing } from "../lib/mount.ts";
import { counted } from "../lib/numbers.ts";
import type { Store } from "../lib/store.ts";
import type { PreferenceMeta, Scene } from "./data.ts";
import type { State } from "./index.ts";

/** The traits a user changes by looking around; Python and every other view of the model follow. */
export const SHARED = ["scene", "layer", "head", "view"] as const;
export type Shared = Pick<State, (typeof SHARED)[number]>;

export type Shown = Shared & {
  readonly theme: Theme;
  /** the scene that was asked for last and has come, with the address of its picture */
  readonly shown: { readonly scene: Scene; readonly url: string } | null;
  readonly error: string;
  readonly note: string;
};

export interface PreferenceContext {
  readonly store: Store<Shown>;
  readonly meta: PreferenceMeta;
  readonly signal: AbortSignal;
}

export type Part = Standing<Shown>;

/** "mean of 4 heads", or "head 2" */
export const headWords = (head: number, nHeads: number): string =>
  head < 0 ? `mean of ${counted(nHeads, "head")}` : `head ${head}`;
