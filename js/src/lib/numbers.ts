/** How numbers are written: tabular, with a real minus sign, and never more digits than their rounding bound allows. */

/** Bounds below this power of ten are rounded up to it: more digits would only be noise to the reader. */
const FINEST_PLACE = -4;
/** With spaces that do not break a line. */
const PLUS_MINUS = "\u00a0±\u00a0";
const MINUS = "\u2212";
const withMinus = (text: string): string => text.replace(/-/g, MINUS);

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

/** "1.24 ± 0.02": the bound with one digit, rounded up, and the value to the same place. Exact values carry none. */
export function formatBounded(value: number, bound: number): string {
  if (!(bound > 0)) return format(value, 4);
  const place = Math.max(FINEST_PLACE, Math.floor(Math.log10(bound)));
  const ceiled = Math.ceil(bound / 10 ** place - 1e-9) * 10 ** place;
  const decimals = Math.max(0, -place);
  return `${withMinus(value.toFixed(decimals))}${PLUS_MINUS}${ceiled.toFixed(decimals)}`;
}

/** "M3, M4 and M7" */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
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
