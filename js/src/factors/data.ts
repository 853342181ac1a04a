/** What a factor map is handed: energies of the heads and shares of the modes, once; and one head's maps at a time. */

import type { Meta, Spectra } from "../lib/data.ts";
import { parseSafetensors, Rows, type Tensors, tensorOf } from "../lib/safetensors.ts";
import type { Side } from "../lib/tile.ts";
import type { Variant } from "./cells.ts";

/** The `meta` trait: that of any view, and what holds for all numbers here. */
export interface FactorMeta extends Meta {
  readonly factors: {
    /** of what the modes are: of the scores on data, or of the weights alone */
    readonly svd: "data" | "weight";
    readonly n_images: number;
    /** from which share a label is given */
    readonly threshold: number;
    readonly correction: string;
    /** what few images do to the shares, or "" */
    readonly bias: string;
    /** modes of each head that have maps */
    readonly mapped_modes: number;
    /** heads, as "L0H1", that were held against random read-outs and are not above them */
    readonly unspecialised: readonly string[];
  };
}

const WITHIN: Record<Variant, string> = {
  all: "within",
  drop_mean: "within_dropped",
  visible: "within_visible",
};

/** Numbers of the heads; NaN where undefined. */
export class Energies {
  readonly #tensors: Tensors;
  readonly #meta: FactorMeta;

  constructor(bytes: Uint8Array, meta: FactorMeta) {
    this.#tensors = parseSafetensors(bytes);
    this.#meta = meta;
  }

  /** [query factor, key factor] of one head, or of the layer, which is the sum over its heads. */
  cells(layer: number, head?: number): ArrayLike<number> {
    if (head !== undefined) return this.#head("energy", layer, head);
    const sum = new Float64Array(9);
    for (let h = 0; h < this.#meta.n_heads; h++)
      for (const [i, value] of Array.from(this.#head("energy", layer, h)).entries())
        sum[i] = (sum[i] ?? 0) + value;
    return sum;
  }

  /** Whether pairs inside single images were asked for. */
  get hasWithin(): boolean {
    return this.#tensors.has(WITHIN.all);
  }

  /**
   * Covariance shares inside single images [query factor, key factor] of the full split, in a variant's factors: without the mean
   * those from position on; seen by softmax, keys by position and residual alone, since all else is equal for an image's patches.
   */
  within(layer: number, head: number, variant: Variant): ArrayLike<number> | undefined {
    const name = WITHIN[variant];
    return this.#tensors.has(name) ? this.#head(name, layer, head) : undefined;
  }

  label(layer: number, head: number): number | undefined {
    return this.#head("label", layer, head)[0];
  }

  /** Observed, and of random read-outs the mean and the number below which 95 % lie. */
  specialisation(layer: number, head: number): readonly [number, number, number] | undefined {
    if (!this.#tensors.has("specialisation")) return undefined;
    return Array.from(this.#head("specialisation", layer, head)) as unknown as [number, number, number];
  }

  /** The n-th of `meta.head_numbers`, [layer, head] */
  number(index: number): ArrayLike<number> {
    const size = this.#meta.n_layers * this.#meta.n_heads;
    return tensorOf(this.#tensors, "numbers").data.subarray(index * size, (index + 1) * size);
  }

  #head(name: string, layer: number, head: number) {
    const { data, shape } = tensorOf(this.#tensors, name);
    const size = shape.slice(2).reduce((product, length) => product * length, 1);
    const start = (layer * this.#meta.n_heads + head) * size;
    return data.subarray(start, start + size);
  }
}

/** Strength of the modes, and what their two sides are made of. */
export class Modes {
  readonly #tensors: Tensors;
  readonly #spectra: Spectra;
  readonly #meta: FactorMeta;

  constructor(bytes: Uint8Array, spectra: Spectra, meta: FactorMeta) {
    this.#tensors = parseSafetensors(bytes);
    this.#spectra = spectra;
    this.#meta = meta;
  }

  /** One head's singular values, numbers of the blocks of near-equal ones, or cosines, which modes on data have not. */
  of(name: "singular_values" | "degenerate" | "cosine", layer: number, head: number) {
    return this.#spectra.modes(name, layer, head);
  }

  label(layer: number, head: number, mode: number): number | undefined {
    return tensorOf(this.#tensors, "label").data[this.#place(layer, head, mode)];
  }

  /** Shares of mean, position and content in one side of a mode. */
  shares(side: Side, layer: number, head: number, mode: number): ArrayLike<number> {
    const start = 3 * this.#place(layer, head, mode);
    return tensorOf(this.#tensors, side === "query" ? "alpha" : "beta").data.subarray(start, start + 3);
  }

  /** σ² of each mode as a share of their sum. */
  strengths(layer: number, head: number): number[] {
    const squares = Array.from(this.of("singular_values", layer, head), (sigma) => sigma * sigma || 0);
    const total = squares.reduce((sum, square) => sum + square, 0);
    return squares.map((square) => (total > 0 ? square / total : 0));
  }

  isNull(layer: number, head: number, mode: number): boolean {
    return this.#spectra.isNull(layer, head, mode);
  }

  /** Whether it is one of several of near-equal strength. */
  isDegenerate(layer: number, head: number, mode: number): boolean {
    return this.#spectra.partners(layer, head, mode).length > 0;
  }

  /** What has to be said of a mode that is not unique, or "". */
  caveat(layer: number, head: number, mode: number): string {
    return this.#spectra.caveat(layer, head, mode);
  }

  #place(layer: number, head: number, mode: number): number {
    const { n_heads, n_modes } = this.#meta;
    return (layer * n_heads + head) * n_modes + mode;
  }
}

export interface Bounded {
  readonly value: number;
  /** the value is off by no more */
  readonly bound: number;
}

/** The part of a map: what places have in common over images, how much content varies there, what one image adds. */
export type Part = "position" | "spread" | "content";

/** One head's maps, all modes: of each side a mean, a position part and a content part, whose sum has mean square 1 over all tokens. */
export class HeadMaps {
  readonly layer: number;
  readonly head: number;
  readonly nBytes: number;
  readonly nModes: number;
  readonly #tensors: Tensors;
  readonly #rows = new Map<string, Rows>();

  constructor(bytes: Uint8Array, layer: number, head: number) {
    this.layer = layer;
    this.head = head;
    this.nBytes = bytes.length;
    this.#tensors = parseSafetensors(bytes);
    this.nModes = tensorOf(this.#tensors, "query_position").shape[0] ?? 0;
    for (const name of this.#tensors.keys())
      if (/_(position|spread|content)$/.test(name)) this.#rows.set(name, new Rows(this.#tensors, name));
  }

  mean(side: Side, mode: number): number {
    return tensorOf(this.#tensors, `${side}_mean`).data[mode] ?? Number.NaN;
  }

  has(part: Part): boolean {
    return this.#rows.has(`query_${part}`);
  }

  /** Whether this is the exact form, which a kernel sends. */
  get exact(): boolean {
    return this.#rows.get("query_position")?.exact ?? false;
  }

  /** Values of the patches; `image` is for the content part alone. */
  map(part: Part, side: Side, mode: number, image: number): Float32Array | undefined {
    const row = this.#row(part, mode, image);
    return row < 0 ? undefined : this.#rows.get(`${side}_${part}`)?.row(row);
  }

  at(part: Part, side: Side, mode: number, image: number, patch: number): Bounded | undefined {
    const rows = this.#rows.get(`${side}_${part}`);
    const row = this.#row(part, mode, image);
    return rows && row >= 0 ? { value: rows.at(row, patch), bound: rows.bound(row) } : undefined;
  }

  #row(part: Part, mode: number, image: number): number {
    if (mode >= this.nModes) return -1;
    return part === "content" ? image * this.nModes + mode : mode;
  }
}
