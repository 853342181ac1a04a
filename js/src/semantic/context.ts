/** What the parts of a semantic view share: the state they paint from, and what never changes. */

import type { Theme } from "../lib/colour.ts";
import type { Data } from "../lib/data.ts";
import type { Standing } from "../lib/mount.ts";
import type { Store } from "../lib/store.ts";
import type { HeadTables, Level, SegmentedImage, Segments, SemanticMeta, Summary } from "./data.ts";
import type { State } from "./index.ts";

/** The traits a user changes by looking around; Python and every other view of the model follow. */
export const SHARED = ["layer", "head", "mode", "image", "view"] as const;
export type Shared = Pick<State, (typeof SHARED)[number]>;

export type Shown = Shared & {
  readonly theme: Theme;
  /** of the current head, or of the one before while they are on their way */
  readonly tables: HeadTables | null;
  /** what is pointed at, in the picture or in the table */
  readonly pair: Pair | null;
  readonly error: string;
  readonly note: string;
};

export interface Pair {
  readonly query: number;
  readonly key: number;
}

export interface SemanticContext {
  readonly store: Store<Shown>;
  readonly data: Omit<Data, "meta"> & { readonly meta: SemanticMeta };
  readonly segments: Segments;
  readonly summary: Summary;
  readonly signal: AbortSignal;
}

export type Part = Standing<Shown>;

/** The current head's tables, or null while they are on their way. */
export const currentTables = ({ tables, layer, head }: Shown): HeadTables | null =>
  tables && tables.layer === layer && tables.head === head ? tables : null;

/** Where the image has no parts, its objects are shown. */
export const levelOf = ({ view }: Shown, image: SegmentedImage | undefined): Level =>
  view.level === "parts" && image?.parts.length ? "parts" : "objects";

/** Of the arrow or the cell of the table that was hit. */
export function pairAt(event: Event): Pair | null {
  const { query, key } =
    (event.target as Element).closest<HTMLElement | SVGElement>("[data-query]")?.dataset ?? {};
  return query === undefined ? null : { query: Number(query), key: Number(key) };
}

export const samePair = (one: Pair | null, query: number, key: number): boolean =>
  one !== null && one.query === query && one.key === key;
