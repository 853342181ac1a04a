/** What a gallery is handed: the images referred to, once, and one head's lists and maps at a time. */

import type { Meta } from "../lib/data.ts";
import { parseSafetensors, Rows, type Tensors, tensorOf } from "../lib/safetensors.ts";
import { quantile } from "../lib/scores.ts";
import type { Side, Sign } from "../lib/tile.ts";

/** The `meta` trait: that of a view without images, and what is said of all lists. */
export interface GalleryMeta extends Meta {
  readonly gallery: {
    /** places in each list */
    readonly k: number;
    /** how many images were looked at */
    readonly n_images: number;
    /** of those there were, how many could not be read */
    readonly n_skipped?: number;
    /** how many of them stand for all where deciles are drawn */
    readonly n_sampled: number;
    /** whether all images of the set have been looked at */
    readonly finished: boolean;
    /** which side makes the score: the product of both maxima, or one maximum alone */
    readonly by: "score" | Side;
    /** what the score is, in words */
    readonly score: string;
    /** the fractions at which ordinary images were taken; none: there are no such lists */
    readonly deciles: readonly number[];
  };
}

export type Sample = "top" | "deciles";

/** One place of a list. */
export interface Hit {
  /** position in the images, -1: nobody has this place */
  readonly image: number;
  readonly score: number;
  readonly query: number;
  readonly key: number;
}

export interface Suggestion {
  readonly mode: number;
  readonly sign: Sign;
  readonly label: string;
  /** images of the class among so many best ones of the half of the set in which it was tested */
  readonly hits: number;
  readonly of: number;
  /** after correction over all modes and signs */
  readonly p_adjusted: number;
}

const EMPTY: Hit = { image: -1, score: Number.NaN, query: -1, key: -1 };
const SIGNS: readonly Sign[] = ["+", "-"];
/** Of |map|, over the pictures shown of a mode: where the signed scale ends. */
const RANGE_AT = 0.99;

const json = <T>(tensors: Tensors, name: string): T =>
  JSON.parse(new TextDecoder().decode(tensorOf(tensors, name).data as Uint8Array)) as T;

/** Names of the images that any list refers to, by position. */
export class Images {
  readonly #names: readonly string[];
  readonly #labels: readonly (string | null)[];
  readonly #pictured: ArrayLike<number>;

  constructor(bytes: Uint8Array) {
    const tensors = parseSafetensors(bytes);
    this.#names = json(tensors, "names");
    this.#labels = json(tensors, "labels");
    this.#pictured = tensorOf(tensors, "pictured").data;
  }

  name(image: number): string {
    return this.#names[image] ?? "";
  }

  /** its class, or "" */
  label(image: number): string {
    return this.#labels[image] ?? "";
  }

  isPictured(image: number): boolean {
    return this.#pictured[image] === 1;
  }
}

const PREFIX: Record<Sample, string> = { top: "", deciles: "decile_" };

/** Lists and maps of one head, all modes, both signs. */
export class HeadLists {
  readonly layer: number;
  readonly head: number;
  readonly nBytes: number;
  readonly #tensors: Tensors;
  readonly #suggestions: readonly Suggestion[];
  readonly #maps = new Map<string, Rows>();
  readonly #ranges = new Map<string, number>();

  constructor(bytes: Uint8Array, layer: number, head: number) {
    this.layer = layer;
    this.head = head;
    this.nBytes = bytes.length;
    this.#tensors = parseSafetensors(bytes);
    this.#suggestions = this.#tensors.has("suggestions") ? json(this.#tensors, "suggestions") : [];
    for (const name of this.#tensors.keys())
      if (name.endsWith("maps")) this.#maps.set(name, new Rows(this.#tensors, name));
  }

  /** The list of a mode and a sign, best first (or lowest decile first), with its empty places. */
  hits(sample: Sample, mode: number, sign: Sign): Hit[] {
    const prefix = PREFIX[sample];
    const [places, start] = this.#places(`${prefix}image`, mode, sign);
    const part = (name: string, at: number): number =>
      this.#tensors.get(prefix + name)?.data[start + at] ?? -1;
    return Array.from({ length: places }, (_, at) =>
      part("image", at) < 0
        ? EMPTY
        : {
            image: part("image", at),
            score: part("score", at),
            query: part("query_patch", at),
            key: part("key_patch", at),
          },
    );
  }

  /** Projections of the patches of one place on the mode's direction times its sign; undefined where they are not here. */
  map(sample: Sample, side: Side, mode: number, sign: Sign, place: number): Float32Array | undefined {
    const name = `${PREFIX[sample]}maps`;
    if (mode >= this.nMapped(sample)) return undefined;
    const [, start] = this.#places(name, mode, sign);
    return this.#maps.get(name)?.row(2 * (start + place) + (side === "query" ? 0 : 1));
  }

  /** How many modes have maps: the strongest. */
  nMapped(sample: Sample): number {
    return this.#tensors.get(`${PREFIX[sample]}maps`)?.shape[0] ?? 0;
  }

  /** How many modes have lists. */
  get nModes(): number {
    return tensorOf(this.#tensors, "image").shape[0] ?? 0;
  }

  /** 99th percentile of |projection| over the patches of all pictures of a mode, both signs. */
  range(sample: Sample, side: Side, mode: number): number {
    const name = `${sample} ${side} ${mode}`;
    const range = this.#ranges.get(name) ?? this.#range(sample, side, mode);
    this.#ranges.set(name, range);
    return range;
  }

  #range(sample: Sample, side: Side, mode: number): number {
    const images = this.#tensors.get(`${PREFIX[sample]}image`)?.data ?? [];
    const maps: Float32Array[] = [];
    for (const sign of SIGNS) {
      const [places, start] = this.#places(`${PREFIX[sample]}image`, mode, sign);
      for (let place = 0; place < places; place++) {
        const map = this.map(sample, side, mode, sign, place);
        if (map && (images[start + place] ?? -1) >= 0) maps.push(map);
      }
    }
    const length = maps[0]?.length ?? 0;
    const sizes = new Float32Array(maps.length * length);
    for (let m = 0; m < maps.length; m++) sizes.set(maps[m] as Float32Array, m * length);
    for (let i = 0; i < sizes.length; i++) sizes[i] = Math.abs(sizes[i] as number);
    return sizes.length ? quantile(sizes.sort(), RANGE_AT) : 0;
  }

  suggestion(mode: number, sign: Sign): Suggestion | undefined {
    return this.#suggestions.find((each) => each.mode === mode && each.sign === sign);
  }

  /** Places of a list, and the number of the first one in a [mode, sign, place, …] tensor. */
  #places(name: string, mode: number, sign: Sign): [count: number, start: number] {
    const [, signs = 0, places = 0] = this.#tensors.get(name)?.shape ?? [];
    return [places, (mode * signs + SIGNS.indexOf(sign)) * places];
  }
}

/** "r3 c5": row and column of a patch */
export function patchName({ layout }: Meta, patch: number): string {
  const columns = layout.grid[1];
  return `r${Math.floor(patch / columns)} c${patch % columns}`;
}
