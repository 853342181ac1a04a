/** Arrows from key to query: coloured and dashed by type, as wide as what they carry; where it lowers scores they end in a bar. */

import { svg } from "../lib/dom.ts";
import type { Place } from "./places.ts";

export interface Flow {
  readonly query: number;
  readonly key: number;
  readonly value: number;
  readonly type: number;
}

export interface ArrowShape {
  /** the shaft */
  readonly d: string;
  /** its end: a filled head, or a bar across */
  readonly head: string;
}

/** Arrows that carry less than this part of the strongest are left out, and of the others all but so many. */
const LEAST = 0.08;
const MOST = 14;

/** The strongest, weakest first, so that these lie below. */
export function strongest(flows: readonly Flow[], largest: number): Flow[] {
  const size = ({ value }: Flow): number => Math.abs(value);
  return flows
    .filter((flow) => size(flow) >= LEAST * largest && size(flow) > 0)
    .sort((a, b) => size(b) - size(a))
    .slice(0, MOST)
    .reverse();
}

/** `unit` is a hundredth of the picture's width; bent to one side, so that both directions of a pair are seen. */
export function arrowShape(from: Place, to: Place, unit: number, width: number, lowers: boolean): ArrowShape {
  return from === to ? loop(from, unit, width, lowers) : bent(from, to, unit, width, lowers);
}

function bent(from: Place, to: Place, unit: number, width: number, lowers: boolean): ArrowShape {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const [ux, uy] = [dx / length, dy / length];
  const bow = Math.min(0.18 * length, 9 * unit);
  const control = { x: (from.x + to.x) / 2 - uy * bow, y: (from.y + to.y) / 2 + ux * bow };
  // Numbers stand at both ends.
  const gap = 2.6 * unit;
  const start = towards(from, control, gap);
  const tip = towards(to, control, gap);
  const head = headSize(unit, width);
  const end = lowers ? tip : towards(tip, control, 0.8 * head);
  return {
    d: `M${xy(start)}Q${xy(control)} ${xy(end)}`,
    head: ending(tip, direction(control, tip), head, lowers),
  };
}

/** Around the number. */
function loop(at: Place, unit: number, width: number, lowers: boolean): ArrowShape {
  const radius = 4.2 * unit;
  const point = (degrees: number): { x: number; y: number } => {
    const angle = (degrees * Math.PI) / 180;
    return { x: at.x + radius * Math.cos(angle), y: at.y + radius * Math.sin(angle) };
  };
  const [start, end] = [point(-60), point(230)];
  const angle = (230 * Math.PI) / 180;
  const head = headSize(unit, width);
  const heading = { x: -Math.sin(angle), y: Math.cos(angle) };
  const tip = lowers ? end : { x: end.x + heading.x * 0.8 * head, y: end.y + heading.y * 0.8 * head };
  return {
    d: `M${xy(start)}A${radius.toFixed(2)} ${radius.toFixed(2)} 0 1 1 ${xy(end)}`,
    head: ending(tip, heading, head, lowers),
  };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const xy = ({ x, y }: Point): string => `${x.toFixed(2)} ${y.toFixed(2)}`;
const headSize = (unit: number, width: number): number => unit * (1.6 + 0.42 * width);

function direction(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
}

function towards(from: Point, to: Point, by: number): Point {
  const { x, y } = direction(from, to);
  const far = Math.min(by, 0.4 * Math.hypot(to.x - from.x, to.y - from.y));
  return { x: from.x + x * far, y: from.y + y * far };
}

function ending(tip: Point, { x, y }: Point, size: number, lowers: boolean): string {
  const side = (ahead: number, across: number): Point => ({
    x: tip.x + x * ahead - y * across,
    y: tip.y + y * ahead + x * across,
  });
  if (lowers) {
    const [half, thick] = [0.8 * size, 0.16 * size];
    return `M${xy(side(-thick, half))}L${xy(side(thick, half))}L${xy(side(thick, -half))}L${xy(side(-thick, -half))}z`;
  }
  return `M${xy(tip)}L${xy(side(-size, 0.55 * size))}L${xy(side(-size, -0.55 * size))}z`;
}

/** A short stroke as arrows of the type are drawn. */
export const sample = (type: number): SVGSVGElement =>
  svg(
    "svg",
    { class: `sample type${type}`, width: 30, height: 10, "aria-hidden": "true" },
    svg("path", { class: "shaft", d: "M0 5H30" }),
  );
