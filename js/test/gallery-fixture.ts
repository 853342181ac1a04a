/** A gallery small enough to check by hand: 2 layers, 2 heads, 3 modes (2 with maps), lists of 3, a 2 x 3 grid. */

import type { GalleryMeta } from "../src/gallery/data.ts";
import { exact, meta as explorerMeta, quantised, safetensors, wave } from "./fixture.ts";

export const LAYERS = 2;
export const HEADS = 2;
export const MODES = 3;
export const MAPPED = 2;
export const PLACES = 3;
export const PATCHES = 6;
export const NAMES = ["<img src=x onerror=alert(0)>", "a folder/b.2.jpg", "c.jpg", "d.jpg", "e.jpg"];
/** the image without a thumbnail */
export const UNPICTURED = 3;
export const LABEL = "<b>tench</b>";

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const text = (value: unknown) => {
  const data = new TextEncoder().encode(JSON.stringify(value));
  return { dtype: "U8", shape: [data.length], data } as const;
};
const whole = (shape: readonly number[], data: readonly number[]) => ({ dtype: "I32", shape, data }) as const;

export function galleryMeta(changes: Partial<GalleryMeta["gallery"]> = {}): GalleryMeta {
  return {
    ...explorerMeta({ n_layers: LAYERS, n_heads: HEADS, n_modes: MODES, images: [], about: [] }),
    head_numbers: [{ key: "cosine", label: "weighted mean cosine", diverging: true, about: "" }],
    gallery: {
      k: PLACES,
      n_images: 1000,
      n_sampled: 200,
      finished: true,
      by: "score",
      score: "both maxima",
      deciles: [0, 1],
      ...changes,
    },
  };
}

/** Cosine of mode n: 0.75, -0.5, 0.1; chance is ±0.2. */
function spectraBytes(): Uint8Array {
  const shape = [LAYERS, HEADS, MODES];
  const repeat = (values: readonly number[]): number[] =>
    Array.from({ length: LAYERS * HEADS }, () => values).flat();
  const heads = new Float32Array(LAYERS * HEADS).fill(0.5);
  const none = new Float32Array(0);
  return safetensors({
    singular_values: exact(shape, repeat([3, 2, 1])),
    cosine: exact(shape, repeat([0.75, -0.5, 0.1])),
    degenerate: { dtype: "I16", shape, data: repeat([-1, 0, 0]) },
    null: { dtype: "U8", shape, data: repeat([0, 0, 0]) },
    stability: exact(shape, repeat([0, 0, 0])),
    head_cosine: exact([LAYERS, HEADS], heads),
    head_band: exact([LAYERS, HEADS], heads),
    layer_cosine: exact([LAYERS], [0, 0]),
    layer_band: exact([LAYERS], [0, 0]),
    head_numbers: exact([1, LAYERS, HEADS], heads),
    share: exact([0, ...shape], none),
    peak: exact([0, ...shape], none),
    energy: exact([0, ...shape], none),
    share_bias: exact([0, LAYERS, HEADS], none),
  });
}

export const imagesBytes = (): Uint8Array =>
  safetensors({
    names: text(NAMES),
    labels: text(NAMES.map((_, i) => (i === UNPICTURED ? "<i>owl</i>" : null))),
    pictured: { dtype: "U8", shape: [NAMES.length], data: NAMES.map((_, i) => Number(i !== UNPICTURED)) },
  });

/** Numbers in front of the map of one place: [mode, sign, place, side]. */
export const mapAt = (mode: number, sign: number, place: number, side: number): number =>
  (((mode * 2 + sign) * PLACES + place) * 2 + side) * PATCHES;

/** M0 +: three images, the second without a picture; M0 −: one image and two empty places; M1 −: nobody. Without `keys`, no key patch is kept. */
export function headBytes(layer: number, head: number, modes = MODES, keys = true): Uint8Array {
  const image = [0, UNPICTURED, 4, 1, -1, -1, 1, 2, 3, -1, -1, -1, 2, 1, 0, 0, 1, 2].slice(
    0,
    modes * 2 * PLACES,
  );
  const lists = [modes, 2, PLACES];
  const scores = image.map((each, i) => (each < 0 ? 0 : 30 - i + 0.5 * (layer * HEADS + head)));
  const mapped = Math.min(MAPPED, modes);
  const deciles = [modes, 2, 2];
  const places = Array.from({ length: modes * 4 }, (_, i) => i % 3);
  return safetensors({
    image: whole(lists, image),
    score: exact(lists, scores),
    query_patch: whole(
      lists,
      image.map((each, i) => (each < 0 ? -1 : i % PATCHES)),
    ),
    key_patch: whole(
      lists,
      image.map((each) => (each < 0 || !keys ? -1 : 5)),
    ),
    ...quantised(
      "maps",
      [mapped, 2, PLACES, 2, PATCHES],
      wave(mapped * 2 * PLACES * 2 * PATCHES, 1 + head),
      "U8",
    ),
    decile_image: whole(deciles, places),
    decile_score: exact(
      deciles,
      places.map((each) => each / 10),
    ),
    decile_query_patch: whole(deciles, places),
    decile_key_patch: whole(deciles, places),
    ...(layer === 0 && head === 0
      ? { suggestions: text([{ mode: 0, sign: "+", label: LABEL, hits: 7, of: 20, p_adjusted: 0.0031 }]) }
      : {}),
  });
}

export function galleryTraits(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const heads: Record<string, DataView> = {};
  for (let l = 0; l < LAYERS; l++)
    for (let head = 0; head < HEADS; head++) heads[`L${l}H${head}`] = view(headBytes(l, head));
  const thumbnails: Record<string, DataView> = {};
  for (const [i] of NAMES.entries()) if (i !== UNPICTURED) thumbnails[i] = view(Uint8Array.of(137, 80, i));
  return {
    layer: 0,
    head: 0,
    mode: 0,
    sign: "both",
    view: { palette: "red-cyan", scale: "signed", layout: "overlay", sample: "top" },
    meta: galleryMeta(),
    spectra: view(spectraBytes()),
    images: view(imagesBytes()),
    heads,
    thumbnails,
    live: false,
    ...changes,
  };
}
