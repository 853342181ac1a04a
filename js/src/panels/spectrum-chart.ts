/**
 * The drawing of a spectrum: bars, stems with the chance band, brackets and hatching.
 *
 * Horizontal positions are percentages, so that the chart follows its width without being drawn again. What has one
 * colour for all modes is one path in a picture stretched to that width; a slider repaints this chart on every step.
 */

import { css, diverging, type Theme } from "../lib/colour.ts";
import { FOCUSABLE, setAttributes, svg } from "../lib/dom.ts";
import { finiteOr, linear } from "../lib/numbers.ts";

const TICKS = 6;
/** Upper edge of the bars, and what stays free between them and the stems and below the stems, in pixels. */
const [TOP, GAP, FOOT] = [4, 16, 18];

interface Places {
  readonly bars: { readonly top: number; readonly bottom: number };
  readonly stems: { readonly top: number; readonly bottom: number };
  readonly height: number;
}

/** Where bars and stems are, with `air` pixels more than the least. */
export function spectrumPlaces(air: number): Places {
  const bars = { top: TOP, bottom: 92 + Math.round(0.6 * air) };
  const stems = { top: bars.bottom + GAP, bottom: 160 + air };
  return { bars, stems, height: stems.bottom + FOOT };
}

export interface SpectrumChart {
  readonly root: SVGSVGElement;
  draw(sigma: ArrayLike<number>, cosine: ArrayLike<number>, available: number, theme: Theme): void;
  bracket(blocks: ArrayLike<number>, nulls: ArrayLike<number>): void;
  mark(mode: number): void;
}

export function spectrumChart(count: number, band: number, air: number): SpectrumChart {
  const { bars: place, stems: stemPlace, height } = spectrumPlaces(air);
  const percent = (modes: number): string => `${(100 * modes) / count}%`;
  const y = linear([-1, 1], [stemPlace.bottom, stemPlace.top]);
  const each = Array.from({ length: count }, (_, mode) => mode);
  // Height one, then stretched: two attributes a bar and step.
  const bars = each.map((n) =>
    svg("rect", { class: "bar", x: percent(n + 0.12), width: percent(0.76), height: 1 }),
  );
  const stems = svg("path", { class: "stem" });
  const dots = svg("path", { class: "dots" });
  const stretched = svg(
    "svg",
    { viewBox: `0 0 ${count} ${height}`, width: "100%", height, preserveAspectRatio: "none" },
    stems,
    dots,
  );
  const cursor = svg("rect", { class: "cursor", y: 0, height: stemPlace.bottom + 4, width: percent(1) });
  const marks = svg("g");
  const root = svg(
    "svg",
    {
      class: "chart",
      height,
      role: "slider",
      tabindex: 0,
      "aria-label": "mode",
      "aria-valuemin": 0,
      "aria-valuemax": count - 1,
      ...FOCUSABLE,
    },
    hatching(),
    cursor,
    svg("rect", { class: "band", x: 0, width: "100%", y: y(band), height: y(-band) - y(band) }),
    svg("line", { class: "rule", x1: 0, x2: "100%", y1: place.bottom, y2: place.bottom }),
    svg("line", { class: "zero", x1: 0, x2: "100%", y1: y(0), y2: y(0) }),
    ...bars,
    stretched,
    marks,
    ...tickLabels(count, height - 4, percent),
    ...each.map((n) =>
      svg("rect", { class: "hit", x: percent(n), width: percent(1), height, "data-mode": n }),
    ),
  );
  return {
    root,
    draw(sigma, cosine, available, theme) {
      const rise = linear([0, sigma[0] ?? 1], [place.bottom, place.top]);
      const tips: string[] = [];
      for (const n of each) {
        const bar = bars[n] as SVGRectElement;
        const top = rise(finiteOr(sigma[n], 0));
        const c = cosine[n] ?? Number.NaN;
        bar.setAttribute("transform", `translate(0 ${top}) scale(1 ${place.bottom - top})`);
        setAttributes(bar, { fill: n >= available ? "none" : css(diverging(c, theme)) });
        if (!Number.isNaN(c)) tips.push(`M${n + 0.5} ${y(c)}`);
      }
      stems.setAttribute("d", tips.map((tip) => `${tip}V${y(0)}`).join(""));
      dots.setAttribute("d", tips.map((tip) => `${tip}h0`).join(""));
    },
    bracket(blocks, nulls) {
      marks.replaceChildren(
        ...runs(count, (n) => (nulls[n] === 1 ? -1 : (blocks[n] ?? -1)), 2).flatMap(([a, b]) =>
          bracket(a, b, place.bottom, percent),
        ),
        ...runs(count, (n) => (nulls[n] === 1 ? 0 : -1), 1).map(([a, b]) =>
          svg("rect", {
            class: "null",
            x: percent(a),
            width: percent(b - a + 1),
            y: place.top,
            height: place.bottom - place.top,
            fill: "url(#qk-hatch)",
          }),
        ),
      );
    },
    mark: (mode) => setAttributes(cursor, { x: percent(mode) }),
  };
}

function tickLabels(count: number, y: number, percent: (modes: number) => string): SVGTextElement[] {
  const step = Math.max(1, 2 * Math.round(count / TICKS / 2));
  return Array.from({ length: Math.ceil(count / step) }, (_, i) =>
    svg("text", { class: "tick", x: percent(i * step + 0.5), y, "text-anchor": "middle" }, `M${i * step}`),
  );
}

function hatching(): SVGDefsElement {
  const line = svg("line", { class: "hatch", x1: 0, x2: 0, y1: 0, y2: 5 });
  const pattern = {
    id: "qk-hatch",
    width: 5,
    height: 5,
    patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(45)",
  };
  return svg("defs", {}, svg("pattern", pattern, line));
}

function bracket(
  first: number,
  last: number,
  floor: number,
  percent: (modes: number) => string,
): SVGLineElement[] {
  const [x1, x2] = [percent(first + 0.5), percent(last + 0.5)];
  const [top, bottom] = [floor + 3, floor + 7];
  return [
    svg("line", { class: "bracket", x1, x2: x1, y1: top, y2: bottom }),
    svg("line", { class: "bracket", x1: x2, x2, y1: top, y2: bottom }),
    svg("line", { class: "bracket", x1, x2, y1: bottom, y2: bottom }),
  ];
}

/** First and last of each run of at least `atLeast` neighbours with one label; label -1 belongs to none. */
function runs(count: number, label: (n: number) => number, atLeast: number): [number, number][] {
  const found: [number, number][] = [];
  for (let first = 0; first < count; ) {
    let last = first;
    while (last + 1 < count && label(last + 1) === label(first)) last++;
    if (label(first) >= 0 && last - first + 1 >= atLeast) found.push([first, last]);
    first = last + 1;
  }
  return found;
}
