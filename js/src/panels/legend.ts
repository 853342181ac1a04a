/** The key to the overlay: a square of all mixtures of query and key light, or two bars, with their ranges in numbers. */

import { diverging, mix, PALETTES, sequential, type Theme } from "../lib/colour.ts";
import { imagesBehind, type Meta } from "../lib/data.ts";
import { h, setText } from "../lib/dom.ts";
import { format } from "../lib/numbers.ts";
import { PatchPixels } from "../lib/pixels.ts";
import type { Side, Sign, Tile } from "../lib/tile.ts";
import type { Shared } from "./panel.ts";

interface LegendState {
  readonly meta: Meta;
  readonly view: Shared["view"];
  readonly sign: Sign;
  readonly auto: boolean;
  readonly theme: Theme;
  readonly tile: Tile | null;
  readonly mode: number;
}

const CELLS = 12;
const BAR_STEPS = 24;

export function overlayLegend(): { root: HTMLElement; paint(state: LegendState): void } {
  const square = new PatchPixels(CELLS, CELLS, "square");
  const bars = { query: scaleBar(), key: scaleBar() };
  const mixture = h(
    "div",
    { class: "mixture" },
    square.canvas,
    h("span", { class: "x" }, "query →"),
    h("span", { class: "y" }, "key →"),
  );
  const lead = h("p", { class: "lead" });
  const lights = { query: light("query"), key: light("key"), both: light("both") };
  const [words, caption] = [h("p"), h("p")];
  const root = h(
    "div",
    { class: "maplegend" },
    lead,
    h(
      "div",
      { class: "colours" },
      mixture,
      h("ul", { class: "lights" }, lights.query.root, lights.key.root, lights.both.root),
      bars.query.root,
      bars.key.root,
    ),
    h("div", { class: "words" }, words, caption),
  );
  let coloured = "";
  return {
    root,
    paint(state) {
      const { view, theme, tile, mode } = state;
      const { layout, palette, scale } = view;
      if (coloured !== `${layout} ${palette} ${scale} ${theme}`) {
        coloured = `${layout} ${palette} ${scale} ${theme}`;
        root.dataset.layout = layout;
        setText(lead, leadOf(view));
        setText(lights.query.words, `${PALETTES[palette].queryName}: query, patches that look`);
        setText(lights.key.words, `${PALETTES[palette].keyName}: key, patches looked at`);
        setText(lights.both.words, "white: both at once");
        setText(caption, captionOf(view));
        paintSquare(square, palette);
        bars.query.colour(scale, theme);
        bars.key.colour(scale, theme);
      }
      if (layout === "side")
        for (const side of ["query", "key"] as const)
          bars[side].label(side, scale, tile?.range(side, mode) ?? 0);
      setText(words, tile ? wordsOf(state, tile) : "");
    },
  };
}

function wordsOf({ meta, view, sign, auto, mode }: LegendState, tile: Tile): string {
  const larger = `, the one with the larger score over ${imagesBehind(meta, "these images")}`;
  const shown = `Sign ${sign === "-" ? "−" : "+"}${auto ? larger : ""}.`;
  const palette = PALETTES[view.palette];
  const names =
    view.layout === "side" ? "query and key" : `${palette.queryName} query, ${palette.keyName} key`;
  if (view.scale === "percentile") {
    return `${shown} Scale as in the paper: ${names} from the 30th to the 95th percentile of each map by itself. Zero and sign are hidden; maps cannot be compared.`;
  }
  const ends = `query a = ${format(tile.range("query", mode))}, key a = ${format(tile.range("key", mode))}`;
  const part = view.layout === "side" ? "from −a to a" : "from 0 to a (positive part)";
  return `${shown} Scale: ${names} ${part}; ${ends}: 99th percentile of |projection| over ${imagesBehind(meta, "all images shown")}.`;
}

/** What a lecturer would say first. */
function leadOf({ layout, palette, scale }: Shared["view"]): string {
  const { queryName, keyName } = PALETTES[palette];
  if (layout === "overlay") return `In this mode ${queryName} patches look at ${keyName} patches.`;
  return scale === "percentile"
    ? "In this mode strong query patches look at strong key patches."
    : "In this mode green query patches look at green key patches, purple ones at purple.";
}

function captionOf({ layout, palette }: Shared["view"]): string {
  const ticks = "Corner ticks: beyond the range.";
  if (layout === "side") {
    return `Such a pair raises the score; information flows from the key map’s regions to the query map’s. ${ticks}`;
  }
  const { queryName, keyName } = PALETTES[palette];
  return (
    `Each such pair raises the score; information flows ${keyName} → ${queryName}. Colours are projections, ` +
    `not attention: white does not mean that a patch attends to itself. ${ticks}`
  );
}

function light(kind: "query" | "key" | "both") {
  const words = h("span");
  return { root: h("li", {}, h("i", { class: `light ${kind}` }), words), words };
}

function paintSquare(square: PatchPixels, palette: keyof typeof PALETTES): void {
  square.paint((cell) => {
    const query = (cell % CELLS) / (CELLS - 1);
    const key = 1 - Math.floor(cell / CELLS) / (CELLS - 1);
    return mix(query, key, palette);
  });
}

/** A bar of colours with its ends in numbers. */
export function scaleBar() {
  const pixels = new PatchPixels(BAR_STEPS, 1, "bar");
  const [name, low, high] = [h("b"), h("span"), h("span")];
  const root = h("div", { class: "scalebar legend" }, name, low, pixels.canvas, high);
  return {
    root,
    colour(scale: Shared["view"]["scale"], theme: Theme): void {
      const at = (step: number): number => step / (BAR_STEPS - 1);
      if (scale === "percentile") pixels.paint((step) => sequential(at(step), theme));
      else pixels.paint((step) => diverging(2 * at(step) - 1, theme));
    },
    label(side: Side, scale: Shared["view"]["scale"], range: number): void {
      setText(name, side);
      setText(low, scale === "percentile" ? "p30" : format(-range));
      setText(high, scale === "percentile" ? "p95" : format(range));
    },
  };
}
