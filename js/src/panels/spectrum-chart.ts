/**
 * The drawing of a spectrum: bars, stems with the chance band, brackets and hatching.
 *
 * Horizontal positions are percentages, so that the chart follows its width without being drawn again. What has one
 * colour for all modes is one path in a picture stretched to that width; a slider repaints this chart on every step.
 */

import { css, diverging, type Theme } from "../lib/colour.ts";
import { FOCUSABLE, setAttributes, svg } from "../lib/dom.ts";
import { finiteOr, linear } from "../lib/numbers.ts";

const BARS = { top: 4, bottom: 92 } as const;
const STEMS = { top: 108, bottom: 160 } as const;
const HEIGHT = 178;
const TICKS = 6;

export interface SpectrumChart {
  readonly root: SVGSVGElement;
  draw(sigma: ArrayLike<number>, cosine: ArrayLike<number>, available: number, theme: Theme): void;
  bracket(blocks: ArrayLike<number>, nulls: ArrayLike<number>): void;
  mark(mode: number): void;
}

export function spectrumChart(count: number, band: number): SpectrumChart {
  const percent = (modes: number): string => `${(100 * modes) / count}%`;
  const y = linear([-1, 1], [STEMS.bottom, STEMS.top]);
  const each = Array.from({ length: count }, (_, mode) => mode);
  // Height one, then stretched: two attributes a bar and step.
  const bars = each.map((n) =>
    svg("rect", { class: "bar", x: percent(n + 0.12), width: percent(0.76), height: 1 }),
  );
  const stems = svg("path", { class: "stem" });
  const dots = svg("path", { class: "dots" });
  const stretched = svg(
    "svg",
    { viewBox: `0 0 ${count} ${HEIGHT}`, width: "100%", height: HEIGHT, preserveAspectRatio: "none" },
    stems,
    dots,
  );
  const cursor = svg("rect", { class: "cursor", y: 0, height: STEMS.bottom + 4, width: percent(1) });
  const marks = svg("g");
  const root = svg(
    "svg",
    {
      class: "chart",
      height: HEIGHT,
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
    svg("line", { class: "rule", x1: 0, x2: "100%", y1: BARS.bottom, y2: BARS.bottom }),
    svg("line", { class: "zero", x1: 0, x2: "100%", y1: y(0), y2: y(0) }),
    ...bars,
    stretched,
    marks,
    ...tickLabels(count, percent),
    ...each.map((n) =>
      svg("rect", { class: "hit", x: percent(n), width: percent(1), height: HEIGHT, "data-mode": n }),
    ),
  );
  return {
    root,
    draw(sigma, cosine, available, theme) {
      const rise = linear([0, sigma[0] ?? 1], [BARS.bottom, BARS.top]);
      const tips: string[] = [];
      for (const n of each) {
        const bar = bars[n] as SVGRectElement;
        const top = rise(finiteOr(sigma[n], 0));
        const c = cosine[n] ?? Number.NaN;
        bar.setAttribute("transform", `translate(0 ${top}) scale(1 ${BARS.bottom - top})`);
        bar.setAttribute("fill", n >= available ? "none" : css(diverging(c, theme)));
        if (!Number.isNaN(c)) tips.push(`M${n + 0.5} ${y(c)}`);
      }
      stems.setAttribute("d", tips.map((tip) => `${tip}V${y(0)}`).join(""));
      dots.setAttribute("d", tips.map((tip) => `${tip}h0`).join(""));
    },
    bracket(blocks, nulls) {
      marks.replaceChildren(
        ...runs(count, (n) => (nulls[n] === 1 ? -1 : (blocks[n] ?? -1)), 2).flatMap(([a, b]) =>
          bracket(a, b, percent),
        ),
        ...runs(count, (n) => (nulls[n] === 1 ? 0 : -1), 1).map(([a, b]) =>
          svg("rect", {
            class: "null",
            x: percent(a),
            width: percent(b - a + 1),
            y: BARS.top,
            height: BARS.bottom - BARS.top,
            fill: "url(#qk-hatch)",
          }),
        ),
      );
    },
    mark: (mode) => setAttributes(cursor, { x: percent(mode) }),
  };
}

function tickLabels(count: number, percent: (modes: number) => string): SVGTextElement[] {
  const step = Math.max(1, 2 * Math.round(count / TICKS / 2));
  return Array.from({ length: Math.ceil(count / step) }, (_, i) =>
    svg(
      "text",
      { class: "tick", x: percent(i * step + 0.5), y: HEIGHT - 4, "text-anchor": "middle" },
      `M${i * step}`,
    ),
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

function bracket(first: number, last: number, percent: (modes: number) => string): SVGLineElement[] {
  const [x1, x2] = [percent(first + 0.5), percent(last + 0.5)];
  const [top, bottom] = [BARS.bottom + 3, BARS.bottom + 7];
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
