/** What a view is handed once and never changes while it is shown: meta, the numbers of the weights, the pictures. */

import { type BytesLike, toBytes } from "./bytes.ts";
import { listed } from "./numbers.ts";
import { parseSafetensors, type Tensors, tensorOf } from "./safetensors.ts";

export interface ImageMeta {
  readonly name: string;
  readonly source: string | null;
  readonly licence: string | null;
  readonly mime: string;
  readonly width: number;
  readonly height: number;
}

export interface HeadNumber {
  readonly key: string;
  readonly label: string;
  readonly diverging: boolean;
  readonly about: string;
}

export interface Choice {
  readonly question: string;
  readonly choice: string;
  readonly alternative: string;
  readonly source: string;
  /** the panels that would look otherwise with another choice; none: it concerns other parts of the package */
  readonly panels?: readonly string[];
}

export type Rank = "share" | "peak" | "energy";

/** The `meta` trait, as Python writes it. Counts start at zero everywhere. */
export interface Meta {
  readonly format: number;
  readonly model: string;
  readonly title: string;
  readonly n_layers: number;
  readonly n_heads: number;
  readonly n_modes: number;
  readonly embedded_modes: number;
  readonly d_model: number;
  readonly d_head: number;
  readonly scale: number;
  readonly layout: { n_cls: number; n_distill: number; n_registers: number; grid: readonly [number, number] };
  readonly tokens: readonly string[];
  readonly images: readonly ImageMeta[];
  /** how many images the view was made from, which are not all in a page that had to be small */
  readonly n_images_made?: number;
  /** "qk" where it does not say */
  readonly circuit?: "qk" | "ov";
  readonly mode_band: number;
  readonly head_numbers: readonly HeadNumber[];
  readonly row_tokens: readonly number[];
  readonly degenerate_tolerance: number;
  readonly bias: string;
  readonly site: string;
  readonly about: readonly Choice[];
  readonly left_out: readonly string[];
  readonly provenance: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

export const prefixCount = ({ layout }: Meta): number => layout.n_cls + layout.n_distill + layout.n_registers;
export const patchCount = ({ layout }: Meta): number => layout.grid[0] * layout.grid[1];

/** The images that ranges and signs are of, where that is more than `images` shows; else `here`. */
export function imagesBehind({ images, n_images_made: made }: Meta, here: string): string {
  return made !== undefined && made > images.length ? `the ${made} images the view was made from` : here;
}

/** "CLS", or "r3 c5": row and column of a patch. */
export function tokenName(meta: Meta, token: number): string {
  const patch = token - prefixCount(meta);
  if (patch < 0) return meta.tokens[token] ?? `token ${token}`;
  const columns = meta.layout.grid[1];
  return `r${Math.floor(patch / columns)} c${patch % columns}`;
}

/** Numbers of the weights alone, [layer, head, mode] or [layer, head]; NaN where undefined. */
export class Spectra {
  readonly #tensors: Tensors;
  readonly #meta: Meta;

  constructor(tensors: Tensors, meta: Meta) {
    this.#tensors = tensors;
    this.#meta = meta;
  }

  /** One head's row of a [layer, head, mode] tensor. */
  modes(
    name: "singular_values" | "cosine" | "degenerate" | "null" | "stability",
    layer: number,
    head: number,
  ) {
    const { n_heads, n_modes } = this.#meta;
    const start = (layer * n_heads + head) * n_modes;
    return tensorOf(this.#tensors, name).data.subarray(start, start + n_modes);
  }

  heads(name: "head_cosine" | "head_band") {
    return tensorOf(this.#tensors, name).data;
  }

  layers(name: "layer_cosine" | "layer_band") {
    return tensorOf(this.#tensors, name).data;
  }

  /** The n-th of `meta.head_numbers`, [layer, head] */
  headNumber(index: number) {
    const size = this.#meta.n_layers * this.#meta.n_heads;
    return tensorOf(this.#tensors, "head_numbers").data.subarray(index * size, (index + 1) * size);
  }

  /** How much each mode matters for one image; see science page, "Ranking the modes of one image". */
  ranking(by: Rank, image: number, layer: number, head: number) {
    const { n_layers, n_heads, n_modes } = this.#meta;
    const start = ((image * n_layers + layer) * n_heads + head) * n_modes;
    return tensorOf(this.#tensors, by).data.subarray(start, start + n_modes);
  }

  shareOfBias(image: number, layer: number, head: number): number {
    const { n_layers, n_heads } = this.#meta;
    return (
      tensorOf(this.#tensors, "share_bias").data[(image * n_layers + layer) * n_heads + head] ?? Number.NaN
    );
  }

  isNull(layer: number, head: number, mode: number): boolean {
    return this.modes("null", layer, head)[mode] === 1;
  }

  /** The other modes with which this one forms a block of near-equal singular values. */
  partners(layer: number, head: number, mode: number): number[] {
    const blocks = this.modes("degenerate", layer, head);
    const block = blocks[mode] ?? -1;
    return block < 0 ? [] : [...blocks.keys()].filter((n) => n !== mode && blocks[n] === block);
  }

  /** What has to be said of a mode that is not unique, or "". */
  caveat(layer: number, head: number, mode: number): string {
    if (this.isNull(layer, head, mode))
      return "null mode: its singular value is zero to rounding, its directions are arbitrary";
    const partners = this.partners(layer, head, mode).map((n) => `M${n}`);
    if (partners.length) return `defined only together with ${listed(partners)}`;
    const stability = this.modes("stability", layer, head)[mode] ?? 0;
    return stability >= 1 ? "may turn under the rounding of the stored weights" : "";
  }
}

export interface Data {
  readonly meta: Meta;
  readonly spectra: Spectra;
  /** blob: addresses of the pictures as the model sees them */
  readonly pictures: readonly string[];
}

/** `meta`, if it came and is of a form that is read here. */
export function checkedMeta<M extends { readonly format: number }>(meta: M | null | undefined): M {
  if (meta?.format === 1) return meta;
  throw new Error(
    meta?.format
      ? `This view reads format 1, but its data say format ${meta.format}. They were made by a newer qkwidgets; update it.`
      : "The description of this view did not arrive with it. Run the cell again, or make the page again.",
  );
}

/** Decodes the traits that arrive once; blob addresses are given back when `signal` ends. */
export async function loadData(
  traits: { meta: Meta; spectra: BytesLike; pictures: BytesLike },
  signal: AbortSignal,
): Promise<Data> {
  const meta = checkedMeta(traits.meta);
  const [spectra, pictures] = await Promise.all([
    toBytes(traits.spectra).then((bytes) => new Spectra(parseSafetensors(bytes), meta)),
    meta.images.length ? toBytes(traits.pictures).then((bytes) => pictureUrls(bytes, meta, signal)) : [],
  ]);
  return { meta, spectra, pictures };
}

function pictureUrls(bytes: Uint8Array, meta: Meta, signal: AbortSignal): string[] {
  const tensors = parseSafetensors(bytes);
  const urls = meta.images.map(({ mime }, i) =>
    URL.createObjectURL(new Blob([tensorOf(tensors, `image.${i}`).data as BlobPart], { type: mime })),
  );
  signal.addEventListener(
    "abort",
    () =>
      urls.forEach((url) => {
        URL.revokeObjectURL(url);
      }),
    { once: true },
  );
  return urls;
}
