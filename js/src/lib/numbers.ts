/** How numbers are written: tabular, with a real minus sign, and never more digits than their rounding bound allows. */

/** Bounds below this power of ten are rounded up to it: more digits would only be noise to the reader. */
const FINEST_PLACE = -4;
/** With spaces that do not break a line. */
const PLUS_MINUS = "\u00a0±\u00a0";
const MINUS = "\u2212";
export const withMinus = (text: string): string => text.replaceAll("-", MINUS);

/** Three significant digits for small numbers, none after the point for large ones; a dash where undefined. */
export function format(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return withMinus(value.toExponential(1));
  const decimals = size === 0 ? digits - 1 : Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return withMinus(value.toFixed(decimals));
}

/** For quantities in [-1, 1]: always two decimals, so that columns align. */
export const formatUnit = (value: number): string =>
  Number.isFinite(value) ? withMinus(Math.abs(value) < 0.005 ? "0.00" : value.toFixed(2)) : "–";

/** One decimal below ten per cent, where it matters. */
export function formatPercent(fraction: number): string {
  if (!Number.isFinite(fraction)) return "–";
  const decimals = fraction !== 0 && Math.abs(fraction) < 0.0995 ? 1 : 0;
  const text = (100 * fraction).toFixed(decimals);
  return `${Number(text) === 0 ? "0" : withMinus(text)} %`;
}

/** What stands where a number cannot be known from this page. */
const UNKNOWN = "not known";

/** The power of ten to which a number with this bound is written. */
const placeOf = (bound: number): number => Math.max(FINEST_PLACE, Math.floor(Math.log10(bound)));
const decimalsAt = (place: number): number => Math.max(0, -place);

/** Never below `bound`, but for the rounding of this very division. */
const roundedUp = (bound: number, place: number): string =>
  (Math.ceil(bound / 10 ** place - 1e-9) * 10 ** place).toFixed(decimalsAt(place));

/**
 * "1.24 ± 0.02": the value to the place of its bound's first digit, and a bound rounded up that counts this rounding, too.
 * So the interval that is written holds the true value. Exact values carry none.
 */
export function formatBounded(value: number, bound: number): string {
  if (bound === 0) return format(value, 4);
  if (!Number.isFinite(value) || !Number.isFinite(bound)) return UNKNOWN;
  const place = placeOf(bound);
  const written = value.toFixed(decimalsAt(place));
  const rounding = Math.abs(Number(written) - value);
  return `${withMinus(written)}${PLUS_MINUS}${roundedUp(bound + rounding, place)}`;
}

/** A bound alone, rounded up to one digit: to the nearest, it would be none. */
export const formatBound = (bound: number): string =>
  Number.isFinite(bound) ? roundedUp(bound, placeOf(bound)) : UNKNOWN;

/** A cosine of nothing with nothing is no number, and a dash in a sentence reads like a minus. */
export const defined = (value: number | undefined, words: (value: number) => string): string =>
  Number.isFinite(value) ? words(value as number) : "not defined";

/** `??` does not catch NaN, which must not reach an attribute of a drawing. */
export const finiteOr = (value: number | undefined, other: number): number =>
  Number.isFinite(value) ? (value as number) : other;

/** "1,000"; to ask the browser for its ways with numbers would cost milliseconds of a slider's first step. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

/** "1,000 images", "1 image" */
export const counted = (count: number, noun: string): string =>
  `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;

/** "M3, M4 and M7" */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The nearest of `count` things to the place that was named, which may be anything; `least` is -1 where none may be chosen. */
export const placeWithin = (value: number, count: number, least = 0): number =>
  clamp(Math.trunc(value) || 0, least, Math.max(0, count - 1));

/** Places of the `most` largest values, largest first, the undefined ones last; of equal ones the first. */
export function placesOfLargest(values: ArrayLike<number>, most: number): number[] {
  const places: number[] = [];
  for (let n = 0; n < values.length; n++) {
    const value = finiteOr(values[n], Number.NEGATIVE_INFINITY);
    let at = places.length;
    while (at > 0 && value > finiteOr(values[places[at - 1] as number], Number.NEGATIVE_INFINITY)) at--;
    if (at < most) places.splice(at, 0, n);
    if (places.length > most) places.pop();
  }
  return places;
}

export const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));

/** Linear scale from a domain to a range, `domain[0]` on `range[0]`. */
export function linear(
  domain: readonly [number, number],
  range: readonly [number, number],
): (x: number) => number {
  const slope = (range[1] - range[0]) / (domain[1] - domain[0] || 1);
  return (x) => range[0] + (x - domain[0]) * slope;
}
