/** What the parts of a gallery share: the state they paint from, and what never changes. */

import type { Theme } from "../lib/colour.ts";
import type { Data } from "../lib/data.ts";
import type { Standing } from "../lib/mount.ts";
import type { Store } from "../lib/store.ts";
import type { GalleryMeta, HeadLists, Images } from "./data.ts";
import type { State } from "./index.ts";
import type { Thumbnails } from "./supply.ts";

/** The traits a user changes by looking around; Python and every other view of the model follow. */
export const SHARED = ["layer", "head", "mode", "sign", "view"] as const;
export type Shared = Pick<State, (typeof SHARED)[number]>;

export type Shown = Shared & {
  readonly theme: Theme;
  /** of the current head, or of the one before while they are on their way */
  readonly lists: HeadLists | null;
  /** counts arrivals of pictures: who shows some looks again */
  readonly pictures: number;
  readonly error: string;
  readonly note: string;
};

export interface GalleryContext {
  readonly store: Store<Shown>;
  readonly data: Data & { readonly meta: GalleryMeta };
  readonly images: Images;
  readonly thumbnails: Thumbnails;
  readonly signal: AbortSignal;
}

export type Part = Standing<Shown>;

/** The current head's lists, or null while they are on their way. */
export const currentLists = ({ lists, layer, head }: Shown): HeadLists | null =>
  lists && lists.layer === layer && lists.head === head ? lists : null;
