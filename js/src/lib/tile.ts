/** One head's numbers for all images: projections of every token on every mode's two directions, and the bias terms. */

import { parseSafetensors, Rows, tensorOf } from "./safetensors.ts";

export type Side = "query" | "key";
export type Sign = "+" | "-";

export class Tile {
  readonly layer: number;
  readonly head: number;
  readonly nModes: number;
  readonly nTokens: number;
  readonly nBytes: number;
  /** [image, token], in score units: the key-only term, and the query-only term, which softmax cannot see */
  readonly biasKey: Rows;
  readonly biasQuery: Rows;
  readonly constant: Rows;
  readonly #query: Rows;
  readonly #key: Rows;
  readonly #signs: ArrayLike<number>;
  readonly #ranges: ArrayLike<number>;
  readonly #scores: Rows | undefined;
  readonly #nRows: number;

  constructor(bytes: Uint8Array, layer: number, head: number) {
    const tensors = parseSafetensors(bytes);
    this.layer = layer;
    this.head = head;
    this.nBytes = bytes.length;
    const [, nModes = 0, nTokens = 0] = tensorOf(tensors, "query").shape;
    this.nModes = nModes;
    this.nTokens = nTokens;
    this.#query = new Rows(tensors, "query");
    this.#key = new Rows(tensors, "key");
    this.biasKey = new Rows(tensors, "bias_key");
    this.biasQuery = new Rows(tensors, "bias_query");
    this.constant = new Rows(tensors, "constant");
    this.#signs = tensorOf(tensors, "sign").data;
    this.#ranges = tensorOf(tensors, "range").data;
    this.#scores = tensors.has("rows") ? new Rows(tensors, "rows") : undefined;
    this.#nRows = tensors.get("rows")?.shape[1] ?? 0;
  }

  get exact(): boolean {
    return this.#query.exact;
  }

  /** Projections of all tokens, prefix tokens first, or of those from one on; sign "+". */
  projections(side: Side, image: number, mode: number, from = 0): Float32Array {
    return this.#side(side).row(image * this.nModes + mode, from);
  }

  projection(side: Side, image: number, mode: number, token: number): number {
    return this.#side(side).at(image * this.nModes + mode, token);
  }

  /** Rounding bound of those projections; 0 in an exact tile. */
  bound(side: Side, image: number, mode: number): number {
    return this.#side(side).bound(image * this.nModes + mode);
  }

  /** The sign whose optimal-image score is larger over the images that the view was made from. */
  autoSign(mode: number): Sign {
    return (this.#signs[mode] ?? 1) < 0 ? "-" : "+";
  }

  /** 99th percentile of |projection| over the patches of all images that the view was made from. */
  range(side: Side, mode: number): number {
    return this.#ranges[(side === "query" ? 0 : this.nModes) + mode] ?? 0;
  }

  /** Full scores of the n-th of `meta.row_tokens` as query, where the page carries them. */
  scoreRow(image: number, row: number): { scores: Float32Array; bound: number } | undefined {
    if (!this.#scores || row < 0 || row >= this.#nRows) return undefined;
    const index = image * this.#nRows + row;
    return { scores: this.#scores.row(index), bound: this.#scores.bound(index) };
  }

  #side(side: Side): Rows {
    return side === "query" ? this.#query : this.#key;
  }
}
