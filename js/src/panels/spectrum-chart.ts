/**
 * The drawing of a spectrum: bars, stems with the chance band, brackets and hatching.
 *
 * Horizontal positions are fractions, so that the chart follows its width without being drawn again. A slider repaints this
 * chart on every step, so what belongs to all modes is drawn at once: the colours of the bars on a canvas, their outlines, and
 * the stems, as one path each, stretched to the chart's width.
 */

import { css, diverging, type Theme } from "../lib/colour.ts";
import { FOCUSABLE, h, setAttributes, svg } from "../lib/dom.ts";
import { finiteOr, linear } from "../lib/numbers.ts";

const TICKS = 6;
/** Upper edge of the bars, and what stays free between them and the stems and below the stems, in pixels. */
const [TOP, GAP, FOOT] = [4, 16, 18];
/** Left edge and width of a bar, as parts of the room of its mode. */
const [LEFT, WIDTH] = [0.12, 0.76];
/** Dots of the canvas for each mode across and each pixel down: enough for any width, since outlines cover the edges. */
const DOTS = [16, 2] as const;

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
  readonly root: HTMLElement;
  /** `top` is the strength at the upper edge */
  draw(
    sigma: ArrayLike<number>,
    top: number,
    cosine: ArrayLike<number>,
    available: number,
    theme: Theme,
  ): void;
  bracket(blocks: ArrayLike<number>, nulls: ArrayLike<number>): void;
  mark(mode: number): void;
}

export function spectrumChart(count: number, band: number, air: number): SpectrumChart {
  const { bars: place, stems: stemPlace, height } = spectrumPlaces(air);
  const percent = (modes: number): string => `${(100 * modes) / count}%`;
  const y = linear([-1, 1], [stemPlace.bottom, stemPlace.top]);
  const each = Array.from({ length: count }, (_, mode) => mode);
  // What a path says of a mode whatever its numbers are: writing a fraction takes longer than all else that is drawn of it.
  const walls = each.map((n) => `M${n + LEFT} ${place.bottom}V`);
  const roof = `h${WIDTH}V${place.bottom}z`;
  const tips = each.map((n) => `M${n + 0.5} `);
  const stalk = `V${y(0)}`;
  const fills = h("canvas", { class: "fills", width: count * DOTS[0], height: place.bottom * DOTS[1] });
  fills.style.height = `${place.bottom}px`;
  const pen = fills.getContext("2d");
  pen?.scale(...DOTS);
  const held = svg("path", { class: "outlines" });
  const hollow = svg("path", { class: "outlines hollow" });
  const stems = svg("path", { class: "stem" });
  const dots = svg("path", { class: "dots" });
  const stretched = svg(
    "svg",
    { viewBox: `0 0 ${count} ${height}`, width: "100%", height, preserveAspectRatio: "none" },
    held,
    hollow,
    stems,
    dots,
  );
  const cursor = h("i", { class: "cursor" });
  cursor.style.width = percent(1);
  cursor.style.height = `${stemPlace.bottom + 4}px`;
  const marks = svg("g");
  const drawing = svg(
    "svg",
    { class: "chart", height },
    hatching(),
    svg("rect", { class: "band", x: 0, width: "100%", y: y(band), height: y(-band) - y(band) }),
    svg("line", { class: "rule", x1: 0, x2: "100%", y1: place.bottom, y2: place.bottom }),
    svg("line", { class: "zero", x1: 0, x2: "100%", y1: y(0), y2: y(0) }),
    stretched,
    marks,
    ...tickLabels(count, height - 4, percent),
    ...each.map((n) =>
      svg("rect", { class: "hit", x: percent(n), width: percent(1), height, "data-mode": n }),
    ),
  );
  const root = h(
    "div",
    {
      class: "spectrum-chart",
      role: "slider",
      tabindex: 0,
      "aria-label": "mode",
      "aria-valuemin": 0,
      "aria-valuemax": count - 1,
      ...FOCUSABLE,
    },
    cursor,
    fills,
    drawing,
  );
  return {
    root,
    draw(sigma, largest, cosine, available, theme) {
      const rise = linear([0, largest], [place.bottom, place.top]);
      let [whole, empty, stalks, heads] = ["", "", "", ""];
      pen?.clearRect(0, 0, count, place.bottom);
      for (let n = 0; n < count; n++) {
        const top = Math.round(10 * rise(finiteOr(sigma[n], 0))) / 10;
        const c = cosine[n] ?? Number.NaN;
        const outline = `${walls[n]}${top}${roof}`;
        if (n >= available) empty += outline;
        else {
          whole += outline;
          if (pen) {
            pen.fillStyle = css(diverging(c, theme));
            pen.fillRect(n + LEFT, top, WIDTH, place.bottom - top);
          }
        }
        if (!Number.isNaN(c)) {
          const tip = `${tips[n]}${Math.round(10 * y(c)) / 10}`;
          stalks += tip + stalk;
          heads += `${tip}h0`;
        }
      }
      held.setAttribute("d", whole);
      hollow.setAttribute("d", empty);
      stems.setAttribute("d", stalks);
      dots.setAttribute("d", heads);
      setAttributes(root, { "data-hollow": Math.max(0, count - available) });
    },
    bracket(blocks, nulls) {
      const alike = runs(count, (n) => (nulls[n] === 1 ? -1 : (blocks[n] ?? -1)), 2);
      const none = runs(count, (n) => (nulls[n] === 1 ? 0 : -1), 1);
      if (!alike.length && !none.length && !marks.firstChild) return;
      marks.replaceChildren(
        ...alike.flatMap(([a, b]) => bracket(a, b, place.bottom, percent)),
        ...none.map(([a, b]) =>
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
    mark(mode) {
      cursor.style.left = percent(mode);
    },
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
