/**
 * The cells of a head's energy: which factor the query brings, which the key.
 *
 * A cell's energy is the mean squared score of its two factors over all pairs of tokens, pairs of different images included; there
 * cells add up exactly. What a share is a share of depends on the variant, and a figure has to name it.
 */

export const FACTORS = ["mean", "position", "content"] as const;
const LETTERS = ["M", "P", "C"] as const;
const [MEAN, POSITION, CONTENT] = [0, 1, 2] as const;

export type Variant = "all" | "drop_mean" | "visible";

/** What a cell is drawn as: one of the three labels, or a cell with the mean in it, seen by softmax or not. */
export type Kind = "cc" | "cp" | "pp" | "mean" | "unseen";

export interface Cell {
  /** "CP": the query's factor, then the key's */
  readonly name: string;
  readonly query: number;
  readonly key: number;
  readonly kind: Kind;
}

/** From content to position, then what has the mean in it, then what softmax cannot see. */
export const CELLS: readonly Cell[] = (
  [
    [CONTENT, CONTENT, "cc"],
    [CONTENT, POSITION, "cp"],
    [POSITION, CONTENT, "cp"],
    [POSITION, POSITION, "pp"],
    [MEAN, CONTENT, "mean"],
    [MEAN, POSITION, "mean"],
    [CONTENT, MEAN, "unseen"],
    [POSITION, MEAN, "unseen"],
    [MEAN, MEAN, "unseen"],
  ] as const
).map(([query, key, kind]) => ({ name: `${LETTERS[query]}${LETTERS[key]}`, query, key, kind }));

export const VARIANTS: readonly (readonly [Variant, string, string])[] = [
  ["all", "all nine cells", "all nine cells, the mean factor included"],
  ["drop_mean", "mean dropped", "position and content alone: the mean factor dropped on both sides"],
  ["visible", "seen by softmax", "what softmax can see: the key’s mean factor removed"],
];

export const variantWords = (variant: Variant): string =>
  VARIANTS.find(([name]) => name === variant)?.[2] ?? variant;

/** "content · position": the query's factor, then the key's */
export const cellWords = ({ query, key }: Cell): string => `${FACTORS[query]} · ${FACTORS[key]}`;

export function isIn({ query, key }: Cell, variant: Variant): boolean {
  if (variant === "all") return true;
  return key !== MEAN && (variant === "visible" || query !== MEAN);
}

/** Shares of the cells in the order of `CELLS`, of energies [query factor, key factor]; NaN for cells that the variant leaves out. */
export function shares(energy: ArrayLike<number>, variant: Variant): number[] {
  const parts = CELLS.map((cell) =>
    isIn(cell, variant) ? (energy[3 * cell.query + cell.key] ?? Number.NaN) : Number.NaN,
  );
  const total = parts.reduce((sum, part) => sum + (part || 0), 0);
  return parts.map((part) => (total > 0 ? part / total : Number.NaN));
}

/** Numbers made of cells that heads can be coloured by. */
interface CellNumber {
  readonly key: string;
  readonly label: string;
  readonly cells: readonly string[];
}

export const CELL_NUMBERS: readonly CellNumber[] = [
  ...CELLS.slice(0, 4).map((cell) => numberOf(cell)),
  { key: "cell:either", label: "CP + PC  content and position, either way", cells: ["CP", "PC"] },
  ...CELLS.slice(4).map((cell) => numberOf(cell)),
  { key: "cell:unseen", label: "key mean  not seen by softmax", cells: ["CM", "PM", "MM"] },
];

function numberOf(cell: Cell): CellNumber {
  return { key: `cell:${cell.name}`, label: `${cell.name}  ${cellWords(cell)}`, cells: [cell.name] };
}

/** Whether a number of cells exists in a variant. */
export const isNumberIn = (key: string, variant: Variant): boolean =>
  CELL_NUMBERS.filter((number) => number.key === key).every(({ cells }) =>
    cells.every((name) => CELLS.some((cell) => cell.name === name && isIn(cell, variant))),
  );

export function cellShare(number: CellNumber, energy: ArrayLike<number>, variant: Variant): number {
  const all = shares(energy, variant);
  return number.cells.reduce(
    (sum, name) => sum + (all[CELLS.findIndex((cell) => cell.name === name)] ?? 0),
    0,
  );
}

export interface Label {
  readonly kind: Kind | "mixed";
  /** what stands for it where there is no room, and where colours are not seen */
  readonly letters: string;
  readonly words: string;
}

/** By the number that Python gives. */
export const LABELS: readonly Label[] = [
  { kind: "cc", letters: "CC", words: "content-content" },
  { kind: "cp", letters: "CP", words: "content-position" },
  { kind: "pp", letters: "PP", words: "position-position" },
  { kind: "mixed", letters: "mix", words: "mixed" },
];
export const UNDEFINED: Label = { kind: "mixed", letters: "–", words: "no label" };

export const labelOf = (number: number | undefined): Label => LABELS[number ?? -1] ?? UNDEFINED;

/**
 * Shares as they are drawn: none below zero, and one in sum.
 *
 * A moment that is corrected for few images need not be one of anything: its shares may lie outside 0 to 1. Numbers stay as they are.
 */
export function clipped<Shares extends ArrayLike<number>>(shares: Shares): Shares {
  const above = Array.from(shares, (share) => Math.max(0, share));
  const total = above.reduce((sum, share) => sum + share, 0);
  return (total > 0 ? above.map((share) => share / total) : above) as ArrayLike<number> as Shares;
}

/** What has to be said where corrected shares are drawn. */
export const clippedWords = (correction: string): string =>
  correction === "none"
    ? ""
    : " Corrected shares may lie outside 0 to 1: they are drawn at the border, and told as they are.";

/** Where something lies between mean, position and content: half the sum of what its two sides are made of. */
export type Point = readonly [mean: number, position: number, content: number];

export const between = (alpha: ArrayLike<number>, beta: ArrayLike<number>): Point =>
  FACTORS.map((_, factor) => ((alpha[factor] ?? 0) + (beta[factor] ?? 0)) / 2) as unknown as Point;

/** The same of a head: half the sum of the row and column marginals of its shares, which is the mean of its modes by σ². */
export function headPoint(energy: ArrayLike<number>): Point {
  const all = shares(energy, "all");
  const marginal = (side: "query" | "key"): number[] =>
    FACTORS.map((_, factor) =>
      CELLS.reduce((sum, cell, i) => sum + (cell[side] === factor ? (all[i] ?? 0) : 0), 0),
    );
  return between(marginal("query"), marginal("key"));
}
