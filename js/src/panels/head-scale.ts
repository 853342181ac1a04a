/** From one number per head to colours: centred at zero where the number has two sides, one hue where it has not. */

import { type Colour, diverging, sequential, type Theme } from "../lib/colour.ts";
import { h } from "../lib/dom.ts";
import { format, formatUnit } from "../lib/numbers.ts";
import { PatchPixels } from "../lib/pixels.ts";

const BAR_STEPS = 41;

export interface HeadScale {
  readonly low: number;
  readonly high: number;
  readonly colour: (value: number) => Colour;
  /** what fits in a cell */
  readonly short: (value: number) => string;
}

export function headScale(
  { values, diverging: centred }: { values: ArrayLike<number>; diverging: boolean },
  theme: Theme,
): HeadScale {
  const finite = Array.from(values).filter(Number.isFinite);
  const largest = niceCeiling(finite.reduce((top, value) => Math.max(top, Math.abs(value)), 0));
  const short = (value: number): string =>
    largest <= 1 ? formatUnit(value).replace(/^(\u2212?)0\./, "$1.") : format(value, 2);
  if (centred) {
    return { low: -largest, high: largest, colour: (value) => diverging(value / largest, theme), short };
  }
  const low = Math.min(0, ...finite);
  return { low, high: largest, colour: (value) => sequential((value - low) / (largest - low), theme), short };
}

export function scaleLegend({ low, high, colour }: HeadScale): HTMLElement[] {
  const pixels = new PatchPixels(BAR_STEPS, 1, "bar");
  pixels.paint((step) => colour(low + ((high - low) * step) / (BAR_STEPS - 1)));
  const middle = low < 0 && high > 0 ? [h("span", { class: "mid" }, "0")] : [];
  return [
    h("span", {}, format(low, 2)),
    h("span", { class: "bar" }, pixels.canvas, ...middle),
    h("span", {}, format(high, 2)),
  ];
}

/** The smallest of 1, 2, 5 times a power of ten that is not below `value`: a range that can be read off. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value * (1 - 1e-9)) ?? 10) * power;
}
