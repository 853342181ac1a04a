/**
 * Colour scales that do not lie.
 *
 * Diverging: built in OKLCH (Björn Ottosson, "A perceptual color space for image processing", 2020), where
 * lightness and chroma depend on |t| alone and only the hue on the sign. So zero is exactly the neutral colour, and
 * +t and -t are equally strong to the eye. Purple and green, because red, cyan, orange and blue mean query and key.
 *
 * Overlay: additive light, as in Pan et al. (NeurIPS 2024): query + key colours sum to white in both palettes.
 */

export type Theme = "light" | "dark";
export type Palette = "red-cyan" | "orange-blue";
type Rgb = readonly [number, number, number];
/** One pixel as a canvas holds it in memory: alpha, blue, green, red from the highest byte down. */
export type Colour = number;

interface Ramp {
  readonly neutral: number;
  readonly end: number;
  readonly chroma: number;
}

const RAMPS: Record<Theme, Ramp> = {
  light: { neutral: 0.955, end: 0.43, chroma: 0.15 },
  dark: { neutral: 0.3, end: 0.85, chroma: 0.15 },
};
const HUE = { negative: 312, positive: 152, sequential: 245 } as const;
const STEPS = 128;

/** Query and key light; each pair sums to white. */
export const PALETTES: Record<Palette, { query: Rgb; key: Rgb; queryName: string; keyName: string }> = {
  "red-cyan": { query: [255, 0, 0], key: [0, 255, 255], queryName: "red", keyName: "cyan" },
  "orange-blue": { query: [255, 138, 0], key: [0, 117, 255], queryName: "orange", keyName: "blue" },
};

const pack = (r: number, g: number, b: number): Colour => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
export const channels = (colour: Colour): Rgb => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
export const BLACK = pack(0, 0, 0);

function oklch(lightness: number, chroma: number, hueDegrees: number): Colour {
  const hue = (hueDegrees * Math.PI) / 180;
  const a = chroma * Math.cos(hue);
  const b = chroma * Math.sin(hue);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return pack(
    gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    gamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  );
}

function gamma(linear: number): number {
  const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}

function ramp(theme: Theme, hue: number): readonly Colour[] {
  const { neutral, end, chroma } = RAMPS[theme];
  return Array.from({ length: STEPS + 1 }, (_, i) => {
    const t = i / STEPS;
    return oklch(neutral + (end - neutral) * t, chroma * t ** 0.8, hue);
  });
}

const TABLES = {
  light: {
    negative: ramp("light", HUE.negative),
    positive: ramp("light", HUE.positive),
    up: ramp("light", HUE.sequential),
  },
  dark: {
    negative: ramp("dark", HUE.negative),
    positive: ramp("dark", HUE.positive),
    up: ramp("dark", HUE.sequential),
  },
};

const pick = (table: readonly Colour[], t: number): Colour =>
  table[Math.round(Math.min(1, Math.max(0, t)) * STEPS)] as Colour;

/** t in [-1, 1], clipped; 0 (and NaN, which has no side) is the neutral colour. */
export const diverging = (t: number, theme: Theme): Colour =>
  t < 0 ? pick(TABLES[theme].negative, -t) : pick(TABLES[theme].positive, t || 0);

/** t in [0, 1], clipped; one hue, so that no value looks special. */
export const sequential = (t: number, theme: Theme): Colour => pick(TABLES[theme].up, t || 0);

export const css = (colour: Colour): string => `rgb(${channels(colour).join(" ")})`;

/** Ink that stays legible on a fill: black or white, whichever contrasts more by the formula of WCAG, and so 4.5 to 1 at least. */
export function inkOn(colour: Colour): "dark" | "light" {
  const [r, g, b] = channels(colour).map((channel) => (channel / 255) ** 2.2) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "dark" : "light";
}

/** The light that a patch adds to the picture under it (screen blending): query and key strengths in [0, 1]. */
export function mix(query: number, key: number, palette: Palette): Colour {
  const { query: q, key: k } = PALETTES[palette];
  return pack(
    Math.round(query * q[0] + key * k[0]),
    Math.round(query * q[1] + key * k[1]),
    Math.round(query * q[2] + key * k[2]),
  );
}
