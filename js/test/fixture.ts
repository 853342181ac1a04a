/** A model small enough to check by hand: 3 layers, 2 heads, 4 modes, CLS and a 2 x 3 grid, two pictures. */

import type { Meta } from "../src/lib/data.ts";
import { Spectra } from "../src/lib/data.ts";
import { type Dtype, parseSafetensors } from "../src/lib/safetensors.ts";
import { Tile } from "../src/lib/tile.ts";

export const LAYERS = 3;
export const HEADS = 2;
export const MODES = 4;
export const TOKENS = 7;
export const IMAGES = 2;
export const SCALE = 0.5;
export const BAND = 0.2;

type Entry = { dtype: Dtype; shape: readonly number[]; data: ArrayLike<number> };

const WRITERS = {
  U8: Uint8Array,
  I8: Int8Array,
  U16: Uint16Array,
  I16: Int16Array,
  I32: Int32Array,
  F32: Float32Array,
  F64: Float64Array,
};

/** safetensors bytes; `pad` shifts the tensors off their alignment. */
export function safetensors(entries: Record<string, Entry>, pad = 0): Uint8Array {
  const header: Record<string, unknown> = {};
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(entries)) {
    const chunk = new Uint8Array(WRITERS[dtype].from(data).buffer);
    header[name] = { dtype, shape, data_offsets: [offset, offset + chunk.length] };
    chunks.push(chunk);
    offset += chunk.length;
  }
  let json = JSON.stringify(header);
  while ((json.length + 8) % 8 !== 0) json += " ";
  json += " ".repeat(pad);
  const bytes = new Uint8Array(8 + json.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(new TextEncoder().encode(json), 8);
  let at = 8 + json.length;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

export const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
export const exact = (shape: readonly number[], data: ArrayLike<number>): Entry => ({
  dtype: "F32",
  shape,
  data,
});

/** Deterministic numbers in [-1, 1] that repeat after a long while. */
export function wave(size: number, seed: number): Float32Array {
  return Float32Array.from(
    { length: size },
    (_, i) => Math.sin(1.7 * i + seed) * Math.cos(0.31 * i * seed + 1),
  );
}

/** As Python quantises: one range for each row of the last axis. */
export function quantised(
  name: string,
  shape: readonly number[],
  data: Float32Array,
  dtype: "U8" | "U16",
): Record<string, Entry> {
  const row = shape.at(-1) ?? 1;
  const rows = data.length / row;
  const top = dtype === "U8" ? 255 : 65535;
  const lo = new Float32Array(rows);
  const step = new Float32Array(rows);
  const q = new Uint16Array(data.length);
  for (let r = 0; r < rows; r++) {
    const part = data.subarray(r * row, (r + 1) * row);
    lo[r] = Math.min(...part);
    step[r] = (Math.max(...part) - (lo[r] as number)) / top;
    part.forEach((value, i) => {
      q[r * row + i] = step[r] ? Math.round((value - (lo[r] as number)) / (step[r] as number)) : 0;
    });
  }
  const flat = shape.slice(0, -1);
  return {
    [name]: { dtype, shape, data: q },
    [`${name}.lo`]: exact(flat, lo),
    [`${name}.step`]: exact(flat, step),
  };
}

export const ROW_TOKENS = [0, 2];

/** What one head says, before it is packed into a tile. */
export function headNumbers(layer: number, head: number) {
  const seed = 1 + layer * HEADS + head;
  return {
    query: wave(IMAGES * MODES * TOKENS, seed),
    key: wave(IMAGES * MODES * TOKENS, seed + 0.5),
    biasKey: wave(IMAGES * TOKENS, seed + 0.2),
    biasQuery: wave(IMAGES * TOKENS, seed + 0.7),
    constant: 0.25,
  };
}

/** A float32, as it travels: what is built on it has no other rounding than that of the tile. */
export const sigma = (mode: number): number => Math.fround(4 / (1 + mode));

/** The oracle: every score of one head by the formula, mode by mode. */
export function score(layer: number, head: number, image: number, i: number, j: number): number {
  const numbers = headNumbers(layer, head);
  let total = numbers.constant;
  for (let n = 0; n < MODES; n++) {
    const at = (image * MODES + n) * TOKENS;
    total += SCALE * sigma(n) * (numbers.query[at + i] as number) * (numbers.key[at + j] as number);
  }
  return (
    total +
    (numbers.biasKey[image * TOKENS + j] as number) +
    (numbers.biasQuery[image * TOKENS + i] as number)
  );
}

/**
 * Tile bytes with the first `modes` modes; with a part of them, whole rows for ROW_TOKENS come along. `terms` is how these
 * and the bias terms are rounded.
 */
export function tileBytes(
  layer: number,
  head: number,
  modes = MODES,
  quantise = true,
  terms: "U8" | "U16" = "U16",
): Uint8Array {
  const { query, key, biasKey, biasQuery, constant } = headNumbers(layer, head);
  const first = (all: Float32Array): Float32Array =>
    Float32Array.from({ length: IMAGES * modes * TOKENS }, (_, i) => {
      const image = Math.floor(i / (modes * TOKENS));
      return all[image * MODES * TOKENS + (i % (modes * TOKENS))] as number;
    });
  const pack = (
    name: string,
    shape: readonly number[],
    data: Float32Array,
    dtype: "U8" | "U16",
  ): Record<string, Entry> =>
    quantise ? quantised(name, shape, data, dtype) : { [name]: exact(shape, data) };
  const rows = Float32Array.from({ length: IMAGES * ROW_TOKENS.length * TOKENS }, (_, i) =>
    score(
      layer,
      head,
      Math.floor(i / (ROW_TOKENS.length * TOKENS)),
      ROW_TOKENS[Math.floor(i / TOKENS) % ROW_TOKENS.length] as number,
      i % TOKENS,
    ),
  );
  return safetensors({
    ...pack("query", [IMAGES, modes, TOKENS], first(query), "U8"),
    ...pack("key", [IMAGES, modes, TOKENS], first(key), "U8"),
    ...pack("bias_key", [IMAGES, TOKENS], biasKey, terms),
    ...pack("bias_query", [IMAGES, TOKENS], biasQuery, terms),
    ...pack("constant", [1], Float32Array.of(constant), "U16"),
    sign: { dtype: "I8", shape: [modes], data: Array.from({ length: modes }, (_, n) => (n === 1 ? -1 : 1)) },
    range: exact([2, modes], new Float32Array(2 * modes).fill(0.8)),
    ...(modes < MODES ? pack("rows", [IMAGES, ROW_TOKENS.length, TOKENS], rows, terms) : {}),
  });
}

export const tile = (
  layer = 0,
  head = 0,
  modes = MODES,
  quantise = true,
  terms: "U8" | "U16" = "U16",
): Tile => new Tile(tileBytes(layer, head, modes, quantise, terms), layer, head);

export function meta(changes: Partial<Meta> = {}): Meta {
  return {
    format: 1,
    model: "test",
    title: "A <b>small</b> model",
    n_layers: LAYERS,
    n_heads: HEADS,
    n_modes: MODES,
    embedded_modes: MODES,
    d_model: 8,
    d_head: MODES,
    scale: SCALE,
    layout: { n_cls: 1, n_distill: 0, n_registers: 0, grid: [2, 3] },
    tokens: ["CLS"],
    images: Array.from({ length: IMAGES }, (_, i) => ({
      name: `<img src=x onerror=alert(${i})>`,
      source: "drawn",
      licence: "CC0",
      mime: "image/png",
      width: 3,
      height: 2,
    })),
    mode_band: BAND,
    head_numbers: [
      { key: "cosine", label: "weighted mean cosine", diverging: true, about: "" },
      { key: "sum", label: "sum of σ", diverging: false, about: "" },
    ],
    row_tokens: ROW_TOKENS,
    degenerate_tolerance: 1e-3,
    bias: "separate",
    site: "attn_input",
    about: [{ question: "biases", choice: "separate", alternative: "drop", source: "section 4" }],
    left_out: [],
    provenance: { model: "test" },
    notes: [],
    ...changes,
  };
}

/** Modes 1 and 2 of every head form a block; mode 3 of head L1 H1 is null. `changes` replaces whole tensors. */
export function spectraBytes(changes: Record<string, Entry> = {}): Uint8Array {
  const shape = [LAYERS, HEADS, MODES];
  const heads = LAYERS * HEADS;
  const repeat = (values: readonly number[]): number[] => Array.from({ length: heads }, () => values).flat();
  const isNull = repeat([0, 0, 0, 0]).map((_, i) => (i === 3 * MODES + 3 ? 1 : 0));
  const head = wave(heads, 2);
  const perImage = wave(IMAGES * heads * MODES, 3);
  return safetensors({
    singular_values: exact(shape, repeat([0, 1, 2, 3].map(sigma))),
    cosine: exact(
      shape,
      repeat([0.5, -0.25, 0, 0.75]).map((c, i) => (isNull[i] ? Number.NaN : c)),
    ),
    degenerate: { dtype: "I16", shape, data: repeat([-1, 0, 0, -1]) },
    null: { dtype: "U8", shape, data: isNull },
    stability: exact(shape, repeat([0.01, 0.01, 0.01, 1.5])),
    head_cosine: exact([LAYERS, HEADS], head),
    head_band: exact(
      [LAYERS, HEADS],
      head.map(() => 0.1),
    ),
    layer_cosine: exact([LAYERS], [0.5, 0, -0.1]),
    layer_band: exact([LAYERS], [0.05, 0.05, 0.05]),
    head_numbers: exact([2, LAYERS, HEADS], [...head, 1, 2, 3, 4, 5, 6]),
    share: exact([IMAGES, ...shape], perImage),
    peak: exact([IMAGES, ...shape], perImage.map(Math.abs)),
    energy: exact(
      [IMAGES, ...shape],
      perImage.map((x) => x * x),
    ),
    share_bias: exact([IMAGES, LAYERS, HEADS], new Float32Array(IMAGES * heads).fill(0.125)),
    ...changes,
  });
}

export const spectra = (changes: Partial<Meta> = {}): Spectra =>
  new Spectra(parseSafetensors(spectraBytes()), meta(changes));

export function traits(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const view = (bytes: Uint8Array): DataView =>
    new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tiles: Record<string, DataView> = {};
  for (let l = 0; l < LAYERS; l++)
    for (let h = 0; h < HEADS; h++) tiles[`L${l}H${h}`] = view(tileBytes(l, h));
  const png = { dtype: "U8", shape: [4], data: [1, 2, 3, 4] } as const;
  return {
    layer: 1,
    head: 0,
    mode: 2,
    image: 0,
    token: 3,
    sign: "auto",
    view: {
      palette: "red-cyan",
      scale: "signed",
      layout: "overlay",
      threshold: 0,
      number: "cosine",
      rank: "share",
    },
    meta: meta(),
    spectra: view(spectraBytes()),
    pictures: view(safetensors({ "image.0": png, "image.1": png })),
    tiles,
    live: false,
    panels: ["grid", "spectrum", "overlay", "trend", "attention"],
    ...changes,
  };
}
