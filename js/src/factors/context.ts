/** What the parts of a factor map share: the state they paint from, and what never changes. */

import type { Theme } from "../lib/colour.ts";
import type { Standing } from "../lib/mount.ts";
import type { Store } from "../lib/store.ts";
import type { Energies, FactorMeta, HeadMaps, Modes } from "./data.ts";
import type { State } from "./index.ts";

/** The traits a user changes by looking around; Python and every other view of the model follow. */
export const SHARED = ["layer", "head", "mode", "image", "view"] as const;
export type Shared = Pick<State, (typeof SHARED)[number]>;

export type Shown = Shared & {
  readonly theme: Theme;
  /** of the current head, or of the one before while they are on their way */
  readonly maps: HeadMaps | null;
  /** the mode under the pointer, -1: none */
  readonly hoverMode: number;
  /** the patch under the pointer or the keyboard cursor, -1: none */
  readonly hoverPatch: number;
  readonly error: string;
  readonly note: string;
};

export interface FactorContext {
  readonly store: Store<Shown>;
  readonly meta: FactorMeta;
  readonly energies: Energies;
  readonly modes: Modes;
  /** blob: addresses of the pictures as the model sees them */
  readonly pictures: readonly string[];
  readonly signal: AbortSignal;
}

export type FactorPanel = Standing<Shown>;

/** The current head's maps, or null while they are on their way. */
export const currentMaps = ({ maps, layer, head }: Shown): HeadMaps | null =>
  maps && maps.layer === layer && maps.head === head ? maps : null;
