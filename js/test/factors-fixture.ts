/** A factor map small enough to check by hand: 2 layers, 2 heads, 4 modes (3 with maps), a 2 x 3 grid, two pictures. */

import type { FactorMeta } from "../src/factors/data.ts";
import { exact, meta as explorerMeta, quantised, safetensors, wave } from "./fixture.ts";

export const LAYERS = 2;
export const HEADS = 2;
export const MODES = 4;
export const MAPPED = 3;
export const PATCHES = 6;
export const IMAGES = 2;
export const NASTY = "<img src=x onerror=alert(0)>";

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function factorMeta(
  changes: Partial<FactorMeta> = {},
  factors: Partial<FactorMeta["factors"]> = {},
): FactorMeta {
  return {
    ...explorerMeta({ n_layers: LAYERS, n_heads: HEADS, n_modes: MODES, title: NASTY }),
    head_numbers: [
      { key: "richness", label: "participation ratio", diverging: false, about: "How many modes." },
    ],
    factors: {
      svd: "data",
      n_images: 1000,
      threshold: 0.5,
      correction: "none",
      bias: "",
      mapped_modes: MAPPED,
      unspecialised: [],
      ...factors,
    },
    ...changes,
  };
}

/** Singular values, and [mean, position, content] of both sides: mode 0 content, 1 and 2 position (a block), 3 null. */
export const SIGMA = [2, 1, 1, 0];
export const ALPHA = [
  [0.5, 0, 0.5],
  [0, 1, 0],
  [0, 1, 0],
  [Number.NaN, Number.NaN, Number.NaN],
];
export const BETA = [
  [0, 0, 1],
  [0, 1, 0],
  [0, 0.5, 0.5],
  [Number.NaN, Number.NaN, Number.NaN],
];

/** What the modes sum to: 4 (half M, half C) x C, 1 P x P, 1 P x (half P, half C). */
export const ENERGY = [0, 0, 2, 0, 1.5, 0.5, 0, 0, 2];

const heads = (values: readonly number[]): number[] =>
  Array.from({ length: LAYERS * HEADS }, () => values).flat();

export function energiesBytes(within = true): Uint8Array {
  const shape = [LAYERS, HEADS];
  const sixteen = [0, 0, 0, 0.2, 0, 0.5, 0, 0.1, 0, 0, 0.15, 0.1, 0, 0, 0.1, -0.15];
  return safetensors({
    // L1 H1 has other energies than the others: position reads position alone.
    energy: exact([...shape, 3, 3], [...heads(ENERGY).slice(0, 27), 0, 0, 0, 0, 5, 0, 0, 0, 0]),
    label: { dtype: "I8", shape, data: [0, 3, 0, 2] },
    specialisation: exact([...shape, 3], heads([0.9, 0.5, 0.6])),
    numbers: exact([1, ...shape], [1, 2, 3, 4]),
    ...(within && {
      within: exact([...shape, 4, 4], heads(sixteen)),
      within_visible: exact([...shape, 4, 2], heads([0, 0.2, 0.5, 0.1, 0, 0.1, 0, 0.1])),
      within_dropped: exact([...shape, 3, 3], heads([0.5, 0, 0.3, 0.05, 0.1, 0.1, 0, 0.1, -0.15])),
    }),
  });
}

export function spectraBytes(
  cosine: readonly number[] = SIGMA.map(() => Number.NaN),
  alpha: readonly (readonly number[])[] = ALPHA,
): Uint8Array {
  const shape = [LAYERS, HEADS, MODES];
  return safetensors({
    singular_values: exact(shape, heads(SIGMA)),
    cosine: exact(shape, heads(cosine)),
    degenerate: { dtype: "I16", shape, data: heads([-1, 0, 0, -1]) },
    null: { dtype: "U8", shape, data: heads([0, 0, 0, 1]) },
    stability: exact(shape, heads([0, 0, 0, 0])),
    label: { dtype: "I8", shape, data: heads([0, 2, 3, -1]) },
    alpha: exact([...shape, 3], heads(alpha.flat())),
    beta: exact([...shape, 3], heads(BETA.flat())),
  });
}

const sides = ["query", "key"] as const;
const seed = (layer: number, head: number, side: number, part: number): number =>
  1 + layer + 2 * head + 0.3 * side + 0.1 * part;

/** The values behind a head's maps: position and spread [mode, patch], content [image, mode, patch]. */
export const values = (layer: number, head: number, side: 0 | 1, part: 0 | 1 | 2): Float32Array =>
  part === 1
    ? wave(MAPPED * PATCHES, seed(layer, head, side, 1)).map(Math.abs)
    : wave((part === 2 ? IMAGES : 1) * MAPPED * PATCHES, seed(layer, head, side, part));

export const MEAN = [0.5, -0.25, 0];

/** One head's maps; exact ones are what a kernel sends. */
export function mapsBytes(
  layer: number,
  head: number,
  { spread = true, content = true, rounded = true, scale = 1 } = {},
): Uint8Array {
  const one = (name: string, shape: readonly number[], data: Float32Array) => {
    const scaled = data.map((value) => scale * value);
    return rounded ? quantised(name, shape, scaled, "U8") : { [name]: exact(shape, scaled) };
  };
  return safetensors(
    Object.assign(
      {},
      ...sides.flatMap((side, i) => [
        { [`${side}_mean`]: exact([MAPPED], MEAN) },
        one(`${side}_position`, [MAPPED, PATCHES], values(layer, head, i as 0 | 1, 0)),
        spread ? one(`${side}_spread`, [MAPPED, PATCHES], values(layer, head, i as 0 | 1, 1)) : {},
        content ? one(`${side}_content`, [IMAGES, MAPPED, PATCHES], values(layer, head, i as 0 | 1, 2)) : {},
      ]),
    ),
  );
}

export function factorTraits(changes: Record<string, unknown> = {}, options = {}): Record<string, unknown> {
  const png = { dtype: "U8", shape: [4], data: [1, 2, 3, 4] } as const;
  return {
    layer: 0,
    head: 0,
    mode: 0,
    image: 0,
    view: {},
    meta: factorMeta(),
    energies: view(energiesBytes()),
    spectra: view(spectraBytes()),
    pictures: view(safetensors({ "image.0": png, "image.1": png })),
    maps: Object.fromEntries(
      Array.from({ length: LAYERS * HEADS }, (_, i) => [Math.floor(i / HEADS), i % HEADS] as const).map(
        ([layer, head]) => [`L${layer}H${head}`, view(mapsBytes(layer, head, options))],
      ),
    ),
    live: false,
    ...changes,
  };
}
