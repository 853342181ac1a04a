/** What a semantic view is handed: segments of images, types of all modes, and one head's tables at a time. */

import type { ImageMeta, Meta } from "../lib/data.ts";
import type { Regions } from "../lib/outlines.ts";
import { parseSafetensors, type Tensors, tensorOf } from "../lib/safetensors.ts";

export interface ModeType {
  readonly key: string;
  readonly label: string;
  readonly about: string;
}

export interface SegmentedImage extends ImageMeta {
  /** the ground first */
  readonly objects: readonly string[];
  readonly parts: readonly string[];
  /** by part: the row of its object */
  readonly part_object: readonly number[];
}

export interface SemanticMeta extends Meta {
  readonly images: readonly SegmentedImage[];
  readonly semantic: {
    readonly types: readonly ModeType[];
    readonly segments_from: string;
    readonly n_images: number;
    /** layer, head and mode of the largest excess among those above random directions, where there is one */
    readonly strongest: readonly [number, number, number] | null;
  };
}

export type Level = "objects" | "parts";

/** Numbers of the types, as `qkwidgets/answers/semantic_words.py` lists them. */
const [SAME, PARTS, OBJECTS, FIGURE_READS, GROUND_READS, GROUND] = [0, 1, 2, 3, 4, 5] as const;
export const N_TYPES = 6;

/** The type of what goes from one row of a table to another. */
export function relation(image: SegmentedImage, level: Level, query: number, key: number): number {
  if (level === "parts") {
    if (query === key) return SAME;
    return image.part_object[query] === image.part_object[key] ? PARTS : OBJECTS;
  }
  if (query && key) return query === key ? SAME : OBJECTS;
  return query === key ? GROUND : query ? FIGURE_READS : GROUND_READS;
}

export const rowNames = (image: SegmentedImage, level: Level): readonly string[] =>
  level === "parts" ? image.parts : image.objects;

/** "3 target": names alone do not tell alike objects apart. */
export const rowLabel = (image: SegmentedImage, level: Level, row: number): string =>
  `${numberOf(level, row)} ${rowNames(image, level)[row] ?? ""}`;

/** What stands on the picture: the ground has a place, too, and no number. */
export const numberOf = (level: Level, row: number): string =>
  level === "objects" ? (row === 0 ? "G" : String(row)) : String(row + 1);

/** Which row each pixel belongs to; -1 is nothing. */
export class Segments {
  readonly #tensors: Tensors;

  constructor(bytes: Uint8Array) {
    this.#tensors = parseSafetensors(bytes);
  }

  regions(image: number, level: Level): Regions {
    const { data, shape } = tensorOf(this.#tensors, `${level}.${image}`);
    const [rows = 0, columns = 0] = shape;
    // 255 is nothing; of parts, 0 is nothing, too, and part i is i + 1.
    const labels = Int16Array.from(data, (row) => (row === 255 ? -1 : level === "parts" ? row - 1 : row));
    return { labels, rows, columns };
  }
}

/** Types of all modes, and their shares by layer. */
export class Summary {
  readonly #tensors: Tensors;
  readonly #meta: SemanticMeta;

  constructor(bytes: Uint8Array, meta: SemanticMeta) {
    this.#tensors = parseSafetensors(bytes);
    this.#meta = meta;
  }

  /** -1: no relation is more than chance */
  type(layer: number, head: number, mode: number): number {
    return tensorOf(this.#tensors, "type").data[this.#place(layer, head, mode)] ?? -1;
  }

  isAbove(layer: number, head: number, mode: number): boolean {
    return tensorOf(this.#tensors, "above").data[this.#place(layer, head, mode)] === 1;
  }

  share(layer: number, type: number, counted: "all" | "above"): number {
    const { data } = tensorOf(this.#tensors, counted === "all" ? "share" : "share_above");
    return data[layer * N_TYPES + type] ?? Number.NaN;
  }

  /** Share of random pairs of directions that pass the same tests. */
  chance(layer: number, counted: "all" | "above"): number {
    const name = counted === "all" ? "random_typed" : "chance_above_random";
    return tensorOf(this.#tensors, name).data[layer] ?? Number.NaN;
  }

  #place(layer: number, head: number, mode: number): number {
    const { n_heads, n_modes } = this.#meta;
    return (layer * n_heads + head) * n_modes + mode;
  }
}

export interface Table {
  readonly size: number;
  /** from a key's row to a query's row, in score units */
  value(query: number, key: number): number;
  readonly largest: number;
}

const EMPTY: Table = { size: 0, value: () => Number.NaN, largest: 0 };

/** What all modes of one head carry in each image. */
export class HeadTables {
  readonly layer: number;
  readonly head: number;
  readonly nBytes: number;
  readonly #tensors: Tensors;

  constructor(bytes: Uint8Array, layer: number, head: number) {
    this.layer = layer;
    this.head = head;
    this.nBytes = bytes.length;
    this.#tensors = parseSafetensors(bytes);
  }

  table(image: number, level: Level, mode: number): Table {
    const prefix = level === "parts" ? "part_" : "";
    const row = (side: "query" | "key") => {
      const tensor = this.#tensors.get(`${prefix}${side}.${image}`);
      const size = tensor?.shape[1] ?? 0;
      return tensor?.data.subarray(mode * size, (mode + 1) * size);
    };
    const [query, key] = [row("query"), row("key")];
    if (!query || !key) return EMPTY;
    const most = (values: ArrayLike<number>): number => {
      let top = 0;
      for (let i = 0; i < values.length; i++) top = Math.max(top, Math.abs(values[i] ?? 0));
      return top;
    };
    return {
      size: query.length,
      value: (i, j) => (query[i] ?? Number.NaN) * (key[j] ?? Number.NaN),
      largest: most(query) * most(key),
    };
  }

  /** The smallest p-value of a mode over all relations. */
  p(mode: number): number {
    const { data } = tensorOf(this.#tensors, "p");
    let least = Number.NaN;
    for (const p of data.subarray(mode * N_TYPES, (mode + 1) * N_TYPES))
      if (!(p >= least) && !Number.isNaN(p)) least = p;
    return least;
  }

  /** Mean over images beyond chance, in units of the mode's own size in an image, and its standard error. */
  excess(mode: number, type: number): { readonly value: number; readonly error: number } {
    const at = mode * N_TYPES + type;
    return {
      value: tensorOf(this.#tensors, "excess").data[at] ?? Number.NaN,
      error: tensorOf(this.#tensors, "error").data[at] ?? Number.NaN,
    };
  }
}
