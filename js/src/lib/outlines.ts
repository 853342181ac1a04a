/** Where one thing ends and another begins: the borders between pixels of different regions, as one path. */

export interface Regions {
  readonly labels: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Borders around the regions for which `of` holds, in pixels from the upper left corner.
 *
 * Steps along one line are put together, so that a circle of a hundred pixels takes some fifty strokes. The rim of the picture is no
 * border: nothing is known of what lies beyond.
 */
export function bordersOf({ labels, rows, columns }: Regions, of: (label: number) => boolean): string {
  const label = (row: number, column: number): number => labels[row * columns + column] ?? 0;
  const parted = (one: number, other: number): boolean => one !== other && (of(one) || of(other));
  let path = "";
  for (let row = 1; row < rows; row++) {
    path += runs(
      columns,
      (column) => parted(label(row - 1, column), label(row, column)),
      (from, to) => `M${from} ${row}H${to}`,
    );
  }
  for (let column = 1; column < columns; column++) {
    path += runs(
      rows,
      (row) => parted(label(row, column - 1), label(row, column)),
      (from, to) => `M${column} ${from}V${to}`,
    );
  }
  return path;
}

function runs(
  count: number,
  holds: (at: number) => boolean,
  stroke: (from: number, to: number) => string,
): string {
  let strokes = "";
  for (let at = 0, from = -1; at <= count; at++) {
    const inside = at < count && holds(at);
    if (inside && from < 0) from = at;
    if (!inside && from >= 0) {
      strokes += stroke(from, at);
      from = -1;
    }
  }
  return strokes;
}
