/** What is drawn in and around the triangle: marks of modes by label, lines of equal share, names of the corners, the key to them. */

import { h, svg } from "../lib/dom.ts";
import { LABELS, type Point } from "./cells.ts";
import { place, RISE, SIDE } from "./triangle.ts";

/** Beside the triangle, for the names of its corners; in its own units. */
export const MARGIN = 44;

/** A disc, a square, a diamond or a triangle of one area: labels are told apart without colours. */
export function shape(kind: string, r: number): string {
  const side = (r * Math.sqrt(Math.PI)) / 2;
  if (kind === "pp") return `M${-side} ${-side}h${2 * side}v${2 * side}h${-2 * side}z`;
  const tip = side * Math.SQRT2;
  if (kind === "cp") return `M0 ${-tip}L${tip} 0L0 ${tip}L${-tip} 0z`;
  return `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
}

/** Lines of equal share: a quarter, a half and three quarters of each. */
export function gridLines(): SVGElement[] {
  const lines = [0.25, 0.5, 0.75].flatMap((share): [Point, Point][] => [
    [
      [share, 1 - share, 0],
      [share, 0, 1 - share],
    ],
    [
      [1 - share, share, 0],
      [0, share, 1 - share],
    ],
    [
      [1 - share, 0, share],
      [0, 1 - share, share],
    ],
  ]);
  const path = lines.map(([a, b]) => `M${place(a).join(" ")}L${place(b).join(" ")}`).join("");
  return [svg("path", { class: "gridline", d: path })];
}

export function corners(): SVGElement[] {
  const name = (x: number, y: number, anchor: string, words: string): SVGElement =>
    svg("text", { class: "corner", x, y, "text-anchor": anchor }, words);
  return [
    name(SIDE / 2, -16, "middle", "mean of the layer"),
    name(-MARGIN + 2, RISE + 30, "start", "position"),
    name(SIDE + MARGIN - 2, RISE + 30, "end", "content"),
  ];
}

export function ternaryLegend(): HTMLElement {
  const symbol = (kind: string): SVGElement =>
    svg(
      "svg",
      { class: "symbol", viewBox: "-8 -8 16 16", width: 14, height: 14, "aria-hidden": "true" },
      svg("path", { class: "point", "data-kind": kind, d: shape(kind, 5.5) }),
    );
  const cross = svg(
    "svg",
    { class: "symbol own", viewBox: "-8 -8 16 16", width: 14, height: 14, "aria-hidden": "true" },
    svg("path", { d: "M-7 0h14M0 -7v14" }),
  );
  return h(
    "div",
    { class: "legend wraps" },
    ...LABELS.map(({ kind, words }) => h("span", { class: "key" }, symbol(kind), words)),
    h("span", { class: "key" }, cross, "the head"),
    h("span", { class: "key" }, symbolOfBlock(), "not one mode alone"),
  );
}

const symbolOfBlock = (): SVGElement =>
  svg(
    "svg",
    { class: "symbol", viewBox: "-8 -8 16 16", width: 14, height: 14, "aria-hidden": "true" },
    svg("path", { class: "point", "data-kind": "mixed", "data-degenerate": "", d: shape("mixed", 5.5) }),
  );
