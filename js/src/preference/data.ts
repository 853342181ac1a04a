/** What a preference view is handed: the parameters that one turns, and one scene at a time. */

import type { Meta } from "../lib/data.ts";
import type { Regions } from "../lib/outlines.ts";
import { parseSafetensors, Rows, type Tensors, tensorOf } from "../lib/safetensors.ts";

/** A parameter of the scene: its values in order, in words. */
export interface Axis {
  readonly name: string;
  readonly label: string;
  readonly words: readonly string[];
  readonly about: string;
  /** The words of another parameter, by its name, at which this one means nothing. */
  readonly idle?: Readonly<Record<string, readonly string[]>>;
}

/** By variant (with and without the patch that asks), group and layer. */
type ByLayer<T> = readonly (readonly (readonly T[])[])[];

/** Means over many scenes. */
export interface Curves {
  readonly n_images: number;
  /** "12 photographs" */
  readonly of: string;
  readonly mass: ByLayer<number | null>;
  readonly mass_interval: ByLayer<readonly (number | null)[]>;
  readonly enrichment: ByLayer<number | null>;
  readonly enrichment_interval: ByLayer<readonly (number | null)[]>;
}

export interface PreferenceMeta extends Meta {
  readonly axes: readonly Axis[];
  readonly curves: Curves | null;
  /** whether one mask holds all distractors */
  readonly merged: boolean;
}

export const GROUPS = ["same", "different", "background"] as const;
export const GROUP_WORDS = ["same object", "other objects", "background"] as const;
export const N_GROUPS = GROUPS.length;
export const QUERIES = ["target", "distractor"] as const;

/** How a page and its messages call a scene. */
export const sceneKey = (axes: readonly Axis[], scene: Readonly<Record<string, number>>): string =>
  axes.map(({ name }) => scene[name] ?? 0).join(".");

/** One scene: its picture and masks, and the attention of its two patches that ask. */
export class Scene {
  readonly key: string;
  readonly nBytes: number;
  readonly regions: Regions;
  /** the patches that ask: of the target, of a distractor */
  readonly query: readonly number[];
  readonly picture: Uint8Array;
  readonly nLayers: number;
  readonly nHeads: number;
  readonly #tensors: Tensors;
  readonly #attention: Rows;

  constructor(bytes: Uint8Array, key: string) {
    this.#tensors = parseSafetensors(bytes);
    this.key = key;
    this.nBytes = bytes.length;
    const regions = tensorOf(this.#tensors, "regions");
    const [rows = 0, columns = 0] = regions.shape;
    // The largest number of the type is neither item nor ground.
    const nothing = regions.data instanceof Uint8Array ? 255 : 65535;
    const labels = Int32Array.from(regions.data, (label) => (label === nothing ? -1 : label));
    this.regions = { labels, rows, columns };
    this.query = [...tensorOf(this.#tensors, "query").data];
    this.picture = tensorOf(this.#tensors, "picture").data as Uint8Array;
    this.#attention = new Rows(this.#tensors, "attention");
    const [nLayers = 0, nHeads = 0] = tensorOf(this.#tensors, "attention").shape;
    this.nLayers = nLayers;
    this.nHeads = nHeads;
  }

  /** Attention of a query over the patches; head -1: the mean over heads. */
  attention(layer: number, head: number, query: number): Float32Array {
    const row = (h: number): Float32Array =>
      this.#attention.row((layer * this.nHeads + h) * QUERIES.length + query);
    if (head >= 0) return row(head);
    const mean = new Float32Array(this.#attention.length);
    for (let h = 0; h < this.nHeads; h++) {
      const one = row(h);
      for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] as number) + (one[i] as number) / this.nHeads;
    }
    return mean;
  }

  /** Mass or enrichment of a group in every layer. Both are linear in attention, so the mean over heads is a mean of numbers. */
  curve(kind: "mass" | "enrichment", itself: boolean, group: number, head: number): number[] {
    const { data } = tensorOf(
      this.#tensors,
      `${kind === "mass" ? "groups" : kind}${itself ? "" : "_nonself"}`,
    );
    const at = (layer: number, h: number): number =>
      data[(layer * this.nHeads + h) * N_GROUPS + group] ?? Number.NaN;
    return Array.from({ length: this.nLayers }, (_, layer) => {
      if (head >= 0) return at(layer, head);
      let total = 0;
      for (let h = 0; h < this.nHeads; h++) total += at(layer, h);
      return total / this.nHeads;
    });
  }

  /** What uniform attention would give a group. */
  chance(itself: boolean, group: number): number {
    return tensorOf(this.#tensors, itself ? "chance" : "chance_nonself").data[group] ?? Number.NaN;
  }
}
