/** One map of a mode in its frame, and the numbers that it shows: a part of what a side is on each patch. */

import { type Colour, diverging, sequential, type Theme } from "../lib/colour.ts";
import { patchCount } from "../lib/data.ts";
import { h } from "../lib/dom.ts";
import { signedStrength } from "../lib/maps.ts";
import { quantile } from "../lib/scores.ts";
import type { Side } from "../lib/tile.ts";
import { Pane, type PatchEvents } from "../panels/pane.ts";
import type { FactorContext } from "./context.ts";
import type { HeadMaps } from "./data.ts";

export type Shows = "whole" | "position" | "spread" | "content";

/** Of |value| over the patches of all maps shown of a mode: where the scale ends. */
const RANGE_AT = 0.99;
const NAMES: Record<Shows, string> = {
  whole: "map on this image",
  position: "position part",
  spread: "content part, root mean square",
  content: "content part",
};

/** Signed parts around zero; a root mean square from zero up, in another hue. */
export const mapColour = (shows: Shows, t: number, theme: Theme): Colour =>
  shows === "spread" ? sequential(t, theme) : diverging(t, theme);

export function mapPane(context: FactorContext, side: Side, shows: Shows) {
  const { store, meta, signal } = context;
  const pane = new Pane({
    grid: meta.layout.grid,
    aspect: aspectOf(context, 0),
    label: `${side}: ${NAMES[shows]}`,
  });
  pane.listen(patchEvents(context), signal);
  const name = h("figcaption", { title: NAMES[shows] }, NAMES[shows]);
  const root = h("figure", { class: "picture", "data-shows": shows }, name, pane.root);
  return {
    side,
    shows,
    pane,
    root,
    paint(values: Float32Array | undefined, range: number): void {
      pane.root.toggleAttribute("data-empty", !values);
      const { strength, clipped } = signedStrength(values ?? new Float32Array(patchCount(meta)), 1, range);
      pane.paint((patch) => mapColour(shows, strength[patch] ?? 0, store.state.theme));
      pane.tick(side === "query" ? clipped : [], side === "key" ? clipped : []);
    },
  };
}

/** Width over height of an image, or of the patch grid where there is none. */
export function aspectOf({ meta }: FactorContext, image: number): number {
  const [rows, columns] = meta.layout.grid;
  const { width, height } = meta.images[image] ?? { width: columns, height: rows };
  return width / height;
}

/** The patch under the pointer is one for all maps. */
export function patchEvents({ store, meta }: FactorContext): PatchEvents {
  const hover = (hoverPatch: number): void => store.set({ hoverPatch });
  const cursor = (): number =>
    store.state.hoverPatch >= 0 ? store.state.hoverPatch : Math.floor(patchCount(meta) / 2);
  return { hover, leave: () => hover(-1), choose: hover, cursor };
}

export function valuesOf(
  maps: HeadMaps,
  side: Side,
  shows: Shows,
  mode: number,
  image: number,
): Float32Array | undefined {
  if (shows !== "whole") return maps.map(shows, side, mode, image);
  const position = maps.map("position", side, mode, image);
  const content = maps.map("content", side, mode, image);
  const mean = maps.mean(side, mode);
  return content && position?.map((value, patch) => mean + value + (content[patch] ?? 0));
}

/** One number for all maps of a mode, both sides: so their parts can be compared. */
export function rangeOf(shown: readonly (Float32Array | undefined)[]): number {
  const sizes = shown.flatMap((values) => (values ? Array.from(values, Math.abs) : []));
  return (sizes.length && quantile(Float64Array.from(sizes).sort(), RANGE_AT)) || 1;
}
