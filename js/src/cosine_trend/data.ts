/** The snapshots of trainings as Python sends them; `qkwidgets/widgets/cosine_trend_wire.py` writes what is read here. */

import { css, sequential, type Theme } from "../lib/colour.ts";
import { type Meta, Spectra } from "../lib/data.ts";
import { parseSafetensors, type Tensor, type Tensors, tensorOf } from "../lib/safetensors.ts";

export interface TrainingMeta {
  readonly model: string;
  readonly objective: string;
  /** what the scores measure, in words */
  readonly measures: string;
  readonly steps: readonly number[];
  readonly scores: readonly number[];
}

export type TrendMeta = Meta & { readonly trainings: readonly TrainingMeta[] };

const CARRIED = [
  "singular_values",
  "cosine",
  "degenerate",
  "null",
  "head_cosine",
  "head_band",
  "layer_cosine",
  "layer_band",
] as const;

/** The first snapshot is still told from the paper, dark or light. */
const PALEST = 0.25;

/** The colour of a snapshot, from pale to strong as training goes on. */
export const snapshotColour = (snapshot: number, count: number, theme: Theme): string =>
  css(sequential(PALEST + (1 - PALEST) * (snapshot / Math.max(1, count - 1)), theme));

/** A training with fewer snapshots than another stays at its last. */
export const snapshotOf = ({ steps }: TrainingMeta, snapshot: number): number =>
  Math.min(snapshot, steps.length - 1);

/** Every snapshot of every training, each in the form in which panels read a model's spectra. */
export function allSpectra(bytes: Uint8Array, meta: TrendMeta): Spectra[][] {
  const tensors = parseSafetensors(bytes);
  return meta.trainings.map(({ steps }, training) =>
    steps.map((_, snapshot) => new Spectra(snapshotTensors(tensors, training, snapshot), meta)),
  );
}

function snapshotTensors(tensors: Tensors, training: number, snapshot: number): Tensors {
  const found = new Map(
    CARRIED.map((name): [string, Tensor] => {
      const { dtype, shape, data } = tensorOf(tensors, `${name}.${training}`);
      const size = data.length / (shape[0] ?? 1);
      return [
        name,
        { dtype, shape: shape.slice(1), data: data.subarray(snapshot * size, (snapshot + 1) * size) },
      ];
    }),
  );
  const { shape } = tensorOf(found, "cosine");
  // How far rounding could turn a mode is not kept of a snapshot.
  const unknown = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(Number.NaN);
  return found
    .set("stability", { dtype: "F32", shape, data: unknown })
    .set("head_numbers", tensorOf(found, "head_cosine"));
}
