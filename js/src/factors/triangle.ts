/** The triangle between mean, position and content: where a point lies in it, and how many of many lie where. */

import type { Point } from "./cells.ts";

/** The drawing's own units; the triangle is equilateral, with the mean on top, position at the left and content at the right. */
export const SIDE = 360;
export const RISE = (SIDE * Math.sqrt(3)) / 2;

/** From shares that sum to one to the drawing, its origin at the upper left of the triangle's box. */
export const place = ([mean, , content]: Point): readonly [x: number, y: number] => [
  SIDE * (content + mean / 2),
  RISE * (1 - mean),
];

export interface Disc {
  readonly x: number;
  readonly y: number;
  readonly r: number;
}

/** How far from the middle of a small disc a click still means it. */
const REACH = 9;

/** The disc that is meant by a place, -1: none. Inside a large one a small one counts first, however near the large one's middle is. */
export function discAt(discs: readonly Disc[], x: number, y: number): number {
  let best = { disc: -1, size: Number.POSITIVE_INFINITY };
  for (const [disc, at] of discs.entries()) {
    const distance = Math.hypot(at.x - x, at.y - y);
    const size = Math.max(distance, at.r);
    if (distance <= Math.max(at.r, REACH) && size < best.size) best = { disc, size };
  }
  return best.disc;
}

/** Small triangles along each side of the large one. */
const FINENESS = 28;
/** How far a point's shade reaches, as a share. */
const BLUR = 0.035;
/** Steps of shade, each one path, over so many powers of ten. */
const [LEVELS, DECADES] = [6, 3];

interface Small {
  readonly corners: readonly Point[];
  readonly middle: Point;
  count: number;
}

/** For each step of shade, from the faintest, the small triangles where points lie as densely, as a path. */
export function shades(points: Iterable<Point>): string[] {
  const all = smallTriangles();
  for (const point of points) {
    const found = all.get(nameOf(stepsOf(point)));
    if (found) found.count += 1;
  }
  const filled = [...all.values()].filter(({ count }) => count > 0);
  const densities = [...all.values()].map(({ corners, middle }) => ({
    corners,
    density: filled.reduce((sum, { count, middle: from }) => sum + count * nearness(middle, from), 0),
  }));
  const most = Math.max(...densities.map(({ density }) => density));
  const paths = Array.from({ length: LEVELS }, () => "");
  for (const { corners, density } of densities) {
    // Most modes of most models are weak ones near content: on a linear scale nothing else would be seen.
    const level = Math.floor(LEVELS * (1 + Math.log10(density / most) / DECADES));
    if (level < 0) continue;
    const [a, b, c] = corners.map((corner) =>
      place(corner)
        .map((at) => at.toFixed(1))
        .join(" "),
    );
    paths[Math.min(level, LEVELS - 1)] += `M${a}L${b}L${c}z`;
  }
  return paths;
}

function nearness(a: Point, b: Point): number {
  const squared = a.reduce((sum, share, i) => sum + (share - (b[i] ?? 0)) ** 2, 0);
  return squared > 18 * BLUR ** 2 ? 0 : Math.exp(-squared / (2 * BLUR ** 2));
}

/** All small triangles, those that point up and those that point down, by the steps of their corner nearest to none. */
function smallTriangles(): Map<string, Small> {
  const all = new Map<string, Small>();
  for (let mean = 0; mean < FINENESS; mean++)
    for (let position = 0; mean + position < FINENESS; position++)
      for (const left of [FINENESS - 1, FINENESS - 2]) {
        const content = left - mean - position;
        if (content < 0) continue;
        const steps = [mean, position, content];
        const isUp = left === FINENESS - 1;
        const corners = [0, 1, 2].map(
          (corner) =>
            steps.map((step, i) => (step + Number((i === corner) === isUp)) / FINENESS) as unknown as Point,
        );
        const middle = steps.map(
          (_, i) => corners.reduce((sum, corner) => sum + (corner[i] ?? 0), 0) / 3,
        ) as unknown as Point;
        all.set(nameOf(steps), { corners, middle, count: 0 });
      }
  return all;
}

const nameOf = (steps: readonly number[]): string => steps.join();

/** Of the small triangle that holds a point. */
function stepsOf(point: Point): number[] {
  const steps = point.map((share) => Math.min(FINENESS - 1, Math.max(0, Math.floor(share * FINENESS))));
  // A point on a line belongs to the triangle inside.
  while (steps.reduce((sum, step) => sum + step, 0) > FINENESS - 1) {
    const largest = steps.indexOf(Math.max(...steps));
    steps[largest] = (steps[largest] ?? 0) - 1;
  }
  return steps;
}
