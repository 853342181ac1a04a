/** Where on the picture does a segment's number stand, and where do its arrows begin? At the pixel farthest from its border. */

import type { Regions } from "../lib/outlines.ts";

export interface Place {
  readonly x: number;
  readonly y: number;
  /** how far its border is, in pixels */
  readonly room: number;
}

/** By row; a segment that no pixel belongs to has no place. */
export function placesOf(regions: Regions, count: number): (Place | undefined)[] {
  const { rows, columns } = regions;
  const distance = distances(regions);
  const best: (Place | undefined)[] = Array.from({ length: count });
  for (let at = 0; at < rows * columns; at++) {
    const label = regions.labels[at] ?? -1;
    const room = distance[at] as number;
    if (label < 0 || label >= count || room <= (best[label]?.room ?? 0)) continue;
    best[label] = { x: (at % columns) + 0.5, y: Math.floor(at / columns) + 0.5, room };
  }
  return best;
}

/** Steps to the nearest pixel of another segment or to the rim, in two passes; a step aslant is 1.4 long. */
function distances({ labels, rows, columns }: Regions): Float32Array {
  const out = new Float32Array(rows * columns);
  const reach = (at: number, row: number, column: number, dr: number, dc: number): number => {
    const [r, c] = [row + dr, column + dc];
    if (r < 0 || c < 0 || r >= rows || c >= columns) return 1;
    const other = r * columns + c;
    return labels[other] === labels[at] ? (out[other] as number) + (dr && dc ? 1.4 : 1) : 1;
  };
  const pass = (order: readonly (readonly [number, number])[], backwards: boolean): void => {
    for (let i = 0; i < out.length; i++) {
      const at = backwards ? out.length - 1 - i : i;
      const [row, column] = [Math.floor(at / columns), at % columns];
      let least = backwards ? (out[at] as number) : Number.POSITIVE_INFINITY;
      for (const [dr, dc] of order) least = Math.min(least, reach(at, row, column, dr, dc));
      out[at] = least;
    }
  };
  const before = [
    [-1, -1],
    [-1, 0],
    [-1, 1],
    [0, -1],
  ] as const;
  pass(before, false);
  pass(
    before.map(([dr, dc]) => [-dr, -dc] as const),
    true,
  );
  return out;
}
