/** What the parts of a cosine trend share: the state they paint from, and what never changes. */

import type { Theme } from "../lib/colour.ts";
import type { Spectra } from "../lib/data.ts";
import type { Standing } from "../lib/mount.ts";
import type { Store } from "../lib/store.ts";
import type { TrendMeta } from "./data.ts";
import type { State } from "./index.ts";

/** The traits a user changes by looking around; Python and every other view follow. */
export const SHARED = ["layer", "head", "mode", "training", "snapshot"] as const;
export type Shared = Pick<State, (typeof SHARED)[number]>;

export type Shown = Shared & {
  readonly theme: Theme;
  /** the mode under the pointer in the spectrum, -1: none */
  readonly hoverMode: number;
  /** snapshots have no maps */
  readonly tile: null;
};

export interface TrendContext {
  readonly store: Store<Shown>;
  readonly meta: TrendMeta;
  /** of every training, every snapshot */
  readonly spectra: readonly (readonly Spectra[])[];
  readonly signal: AbortSignal;
}

export type Part = Standing<Shown>;
