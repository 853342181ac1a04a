/**
 * The one container of files, messages and pages: safetensors bytes, and quantised rows inside them.
 *
 * Layout: u64 little-endian header length, JSON header {name: {dtype, shape, data_offsets}}, tensor bytes.
 * A quantised tensor `x` (U8 or U16) comes with `x.lo` and `x.step` (F32), one of each per row of its last axis:
 * value = lo + step * q, so no value is off by more than step / 2 and the float32 rounding of lo, step and itself.
 */

const ARRAYS = {
  U8: Uint8Array,
  I8: Int8Array,
  U16: Uint16Array,
  I16: Int16Array,
  I32: Int32Array,
  F32: Float32Array,
  F64: Float64Array,
} as const;

/** Largest quantised number of each type. */
const TOP: Partial<Record<string, number>> = { U8: 255, U16: 65535 };

/**
 * Five roundings to float32, by 2^-24 of |lo| + top * step at most: value less lo, over step; a step that was made coarser;
 * times number, plus lo. Far from zero they are more than half a step.
 */
const FLOAT32 = 5 * 2 ** -24;

export type Dtype = keyof typeof ARRAYS;
export type Numbers = InstanceType<(typeof ARRAYS)[Dtype]>;

export interface Tensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: Numbers;
}

export type Tensors = ReadonlyMap<string, Tensor>;

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Views into `bytes`; only tensors that do not start on a multiple of their item size are copied. */
export function parseSafetensors(bytes: Uint8Array): Tensors {
  const header = readHeader(bytes);
  const start = 8 + header.length;
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(header.entries)) {
    if (name === "__metadata__") continue;
    const [from, to] = entry.data_offsets;
    if (start + to > bytes.length) throw broken(`tensor "${name}" ends after the last byte`);
    if (!(entry.dtype in ARRAYS)) throw broken(`tensor "${name}" is of the unknown type ${entry.dtype}`);
    const dtype = entry.dtype as Dtype;
    tensors.set(name, {
      dtype,
      shape: entry.shape,
      data: view(bytes.subarray(start + from, start + to), dtype),
    });
  }
  return tensors;
}

function readHeader(bytes: Uint8Array): { length: number; entries: Record<string, HeaderEntry> } {
  if (bytes.length < 8) throw broken(`it has ${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > bytes.length - 8) throw broken("its header is longer than itself");
  try {
    return { length, entries: JSON.parse(UTF8.decode(bytes.subarray(8, 8 + length))) };
  } catch {
    throw broken("its header is not readable");
  }
}

function view(bytes: Uint8Array, dtype: Dtype): Numbers {
  const Type = ARRAYS[dtype];
  const aligned = bytes.byteOffset % Type.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new Type(
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    aligned.byteLength / Type.BYTES_PER_ELEMENT,
  );
}

const UTF8 = new TextDecoder();

const broken = (what: string): Error =>
  new Error(`Data of this view must be whole safetensors bytes: ${what}. Make the page or the file again.`);

export function tensorOf(tensors: Tensors, name: string): Tensor {
  const tensor = tensors.get(name);
  if (!tensor) throw broken(`tensor "${name}" is not in it`);
  return tensor;
}

/** A tensor read row by row along its last axis, exact or dequantised on demand. */
export class Rows {
  readonly length: number;
  readonly #data: Numbers;
  readonly #lo: Numbers | undefined;
  readonly #step: Numbers | undefined;
  readonly #top: number;

  constructor(tensors: Tensors, name: string) {
    const { shape, data, dtype } = tensorOf(tensors, name);
    this.length = shape.at(-1) ?? 1;
    this.#data = data;
    this.#top = TOP[dtype] ?? 0;
    if (dtype === "F32" || dtype === "F64") return;
    this.#lo = tensorOf(tensors, `${name}.lo`).data;
    this.#step = tensorOf(tensors, `${name}.step`).data;
  }

  get exact(): boolean {
    return this.#step === undefined;
  }

  at(row: number, column: number): number {
    const q = this.#data[row * this.length + column] ?? Number.NaN;
    return this.#step ? (this.#lo?.[row] ?? 0) + (this.#step[row] ?? 0) * q : q;
  }

  /** No value of this row is off by more. Zero where the numbers are exact, and where all of a row are equal. */
  bound(row: number): number {
    const step = this.#step?.[row] ?? 0;
    if (step === 0) return 0;
    return step / 2 + FLOAT32 * (Math.abs(this.#lo?.[row] ?? 0) + this.#top * step);
  }

  /** A row of one's own, or what it holds from a column on. */
  row(row: number, from = 0): Float32Array {
    const out = new Float32Array(this.length - from);
    const start = row * this.length + from;
    const lo = this.#lo?.[row] ?? 0;
    const step = this.#step?.[row] ?? 1;
    for (let i = 0; i < out.length; i++) out[i] = lo + step * (this.#data[start + i] as number);
    return out;
  }
}
