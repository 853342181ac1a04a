/**
 * What the modes of a head trade: each a point between mean, position and content, as large as its share of the head's σ².
 *
 * A mode's point is half the sum of what its query side and its key side are made of. Its label is its colour and its shape.
 */

import { FOCUSABLE, h, setAttributes, setText, svg } from "../lib/dom.ts";
import { grouped } from "../lib/numbers.ts";
import { chooseModeOnChart, modeAt } from "../panels/choose-mode.ts";
import { frame } from "../panels/panel.ts";
import { between, clipped, clippedWords, headPoint, labelOf, type Point } from "./cells.ts";
import type { FactorContext, FactorPanel } from "./context.ts";
import { type Disc, discAt, place, RISE, SIDE, shades } from "./triangle.ts";
import { corners, gridLines, MARGIN, shape, ternaryLegend } from "./triangle-marks.ts";
import { modeWords, sharesWords } from "./words.ts";

/** Above and below the triangle, for the names of its corners; in its own units. */
const [TOP, FOOT] = [32, 36];
/** Radius of a mode that is all of a head, and of one that is next to nothing of it. */
const [LARGEST, SMALLEST] = [30, 2.4];

export function ternaryPanel({ store, meta, energies, modes, signal }: FactorContext): FactorPanel {
  const each = Array.from({ length: meta.n_modes }, (_, n) => n);
  // Weak modes lie on strong ones, or they could not be hit.
  const points = each.map((n) => svg("path", { class: "point", "data-mode": n }));
  const ring = svg("circle", { class: "ring" });
  const hovered = svg("circle", { class: "ring hovered" });
  const own = svg(
    "g",
    { class: "own" },
    svg("path", { class: "halo", d: "M-8 0h16M0 -8v16" }),
    svg("path", { d: "M-8 0h16M0 -8v16" }),
  );
  const drawing = svg(
    "g",
    { transform: `translate(${MARGIN} ${TOP})` },
    ...cloud(),
    ...gridLines(),
    svg("path", { class: "frame", d: `M${SIDE / 2} 0L0 ${RISE}H${SIDE}z` }),
    ...points,
    own,
    hovered,
    ring,
    ...corners(),
  );
  const [width, height] = [SIDE + 2 * MARGIN, RISE + TOP + FOOT];
  const plot = svg(
    "svg",
    {
      class: "triangle",
      viewBox: `0 0 ${width} ${height}`,
      role: "slider",
      tabindex: 0,
      "aria-label": "mode",
      "aria-valuemin": 0,
      "aria-valuemax": meta.n_modes - 1,
      ...FOCUSABLE,
    },
    drawing,
  );
  const tag = h("span", { class: "tag" });
  const readout = h("output", { class: "readout" });
  const root = frame(
    "ternary",
    "What its modes trade",
    [tag],
    h("div", {}, plot),
    readout,
    ternaryLegend(),
    h("p", { class: "caption" }, caption()),
  );

  let shown: Disc[] = [];

  function cloud(): SVGElement[] {
    const all: Point[] = [];
    for (let layer = 0; layer < meta.n_layers; layer++)
      for (let head = 0; head < meta.n_heads; head++)
        for (const n of each) {
          const point = pointOf(layer, head, n);
          if (!modes.isNull(layer, head, n) && point.every(Number.isFinite)) all.push(point);
        }
    return shades(all).map((d, level) => svg("path", { class: "shade", "data-level": level, d }));
  }

  function pointOf(layer: number, head: number, mode: number): Point {
    return clipped(between(modes.shares("query", layer, head, mode), modes.shares("key", layer, head, mode)));
  }

  function caption(): string {
    const { svd, correction } = meta.factors;
    const which =
      svd === "data"
        ? "Modes are those of the head’s scores on all pairs of tokens (a singular value decomposition on data), so their σ² sum to its energy; the explorer’s modes, of the weights, have the same numbers and are others."
        : "Modes are those of the weights, as in the explorer; on data they overlap, and their strengths do not sum to the head’s energy.";
    const all = grouped(meta.n_layers * meta.n_heads * meta.n_modes);
    return `Place: what a mode’s two sides are made of, on average; area: its share of the head’s σ². Shade: the ${all} modes of the model, on a logarithmic scale. ${which} The mean of the layer is kept here; it is dropped for labels and colours.${clippedWords(correction)}`;
  }

  /** Weak modes are small: the nearest disc counts, where there is a drawing to measure in. */
  function nearest(event: MouseEvent): number {
    const { left, top, width: across } = plot.getBoundingClientRect();
    if (!across) return modeAt(event);
    const unit = width / across;
    return discAt(shown, (event.clientX - left) * unit - MARGIN, (event.clientY - top) * unit - TOP);
  }
  chooseModeOnChart(plot, store, meta.n_modes, signal, nearest);

  let drawn = "";
  function draw(layer: number, head: number): void {
    if (drawn === `${layer} ${head}`) return;
    drawn = `${layer} ${head}`;
    setText(tag, `L${layer} H${head}`);
    const strengths = modes.strengths(layer, head);
    shown = each.map((n) => {
      const [x, y] = place(pointOf(layer, head, n));
      return { x, y, r: Math.max(SMALLEST, LARGEST * Math.sqrt(strengths[n] ?? 0)) };
    });
    for (const [n, point] of points.entries()) {
      const { x, y, r } = shown[n] as Disc;
      const { kind } = labelOf(modes.label(layer, head, n));
      const isThere = Number.isFinite(x + y) && !modes.isNull(layer, head, n);
      setAttributes(point, {
        d: isThere && shape(kind, r),
        transform: isThere && `translate(${x.toFixed(2)} ${y.toFixed(2)})`,
        "data-kind": kind,
        "data-degenerate": modes.isDegenerate(layer, head, n),
        visibility: !isThere && "hidden",
      });
    }
    const [x, y] = place(clipped(headPoint(energies.cells(layer, head))));
    setAttributes(own, {
      transform: Number.isFinite(x + y) && `translate(${x.toFixed(2)} ${y.toFixed(2)})`,
      visibility: !Number.isFinite(x + y) && "hidden",
    });
  }

  function encircle(element: SVGElement, mode: number): void {
    const at = shown[mode];
    const isThere = at !== undefined && points[mode]?.getAttribute("visibility") !== "hidden";
    setAttributes(element, {
      cx: isThere && at.x.toFixed(2),
      cy: isThere && at.y.toFixed(2),
      r: isThere && (at.r + 4).toFixed(2),
      visibility: !isThere && "hidden",
    });
  }

  function describe(layer: number, head: number, mode: number): string {
    return (
      `${modeWords(modes, layer, head, mode)}\n` +
      `query: ${sharesWords(modes.shares("query", layer, head, mode))}\n` +
      `key: ${sharesWords(modes.shares("key", layer, head, mode))}`
    );
  }

  return {
    root,
    keys: ["layer", "head", "mode", "hoverMode"],
    paint() {
      const { layer, head, mode, hoverMode } = store.state;
      draw(layer, head);
      encircle(ring, mode);
      encircle(hovered, hoverMode === mode ? -1 : hoverMode);
      const words = describe(layer, head, mode);
      setText(readout, hoverMode >= 0 ? describe(layer, head, hoverMode) : words);
      setAttributes(plot, { "aria-valuenow": mode, "aria-valuetext": words });
    },
  };
}
