/** What is said of the mode beside its address, and below the pictures of how they are to be read. */

import { css, diverging, inkOn, mix, PALETTES, type Theme } from "../lib/colour.ts";
import { h, setAttributes, setText } from "../lib/dom.ts";
import { defined, format, formatUnit } from "../lib/numbers.ts";
import { PatchPixels } from "../lib/pixels.ts";
import type { Side } from "../lib/tile.ts";
import { scaleBar } from "../panels/legend.ts";
import { currentLists, type GalleryContext, type Part } from "./context.ts";
import type { GalleryMeta } from "./data.ts";
import type { State } from "./index.ts";

/** Cosine and singular value, in words and in the explorer's colour. */
export function modeWords({ store, data }: GalleryContext): Part {
  const { spectra, meta } = data;
  const cosine = h("span", { class: "chip" });
  const meaning = h("span");
  const sigma = h("span");
  const caveat = h("span", { class: "caveat" });
  return {
    root: h("p", { class: "mode", "data-testid": "qk-mode" }, cosine, meaning, sigma, caveat),
    keys: ["layer", "head", "mode", "theme"],
    paint() {
      const { layer, head, mode, theme } = store.state;
      const value = spectra.modes("cosine", layer, head)[mode] ?? Number.NaN;
      const fill = diverging(value, theme);
      cosine.style.backgroundColor = css(fill);
      cosine.dataset.ink = inkOn(fill);
      setText(cosine, `cosine ${defined(value, formatUnit)}`);
      setText(meaning, meaningOf(value, meta.mode_band));
      setText(sigma, `σ ${defined(spectra.modes("singular_values", layer, head)[mode], format)}`);
      setText(caveat, spectra.caveat(layer, head, mode));
    },
  };
}

/** From where on a cosine is called strong. A choice of ours. */
const STRONG = 0.5;

/** Nothing is claimed of a cosine where its chance is not known, and the band is null. */
export function meaningOf(cosine: number, band: number): string {
  if (!Number.isFinite(cosine) || !Number.isFinite(band)) return "";
  if (Math.abs(cosine) <= band) return `not told from chance (±${formatUnit(band)})`;
  return `${Math.abs(cosine) < STRONG ? "leans to" : "seeks"} its ${cosine > 0 ? "like" : "opposite"}`;
}

const CELLS = 12;
const SIDES: readonly Side[] = ["query", "key"];

export function galleryLegend({ store, data }: GalleryContext): Part {
  const square = new PatchPixels(CELLS, CELLS, "square");
  const words = h("p");
  const mixture = h(
    "div",
    { class: "mixture", "aria-hidden": "true" },
    square.canvas,
    h("span", { class: "x" }, "query →"),
    h("span", { class: "y" }, "key →"),
  );
  const scales = { query: scaleBar(), key: scaleBar() };
  const bars = h("div", { class: "scales" }, scales.query.root, scales.key.root);
  const outlined = outlinedWords(data.meta.gallery.by);
  let coloured = "";

  function colour({ palette, scale }: State["view"], theme: Theme): void {
    if (coloured === `${palette} ${scale} ${theme}`) return;
    coloured = `${palette} ${scale} ${theme}`;
    square.paint((cell) => {
      const up = 1 - Math.floor(cell / CELLS) / (CELLS - 1);
      return mix((cell % CELLS) / (CELLS - 1), up, palette);
    });
    for (const side of SIDES) scales[side].colour(scale, theme);
  }

  return {
    root: h("div", { class: "legend-of-cards" }, mixture, bars, words),
    keys: ["view", "theme", "lists", "layer", "head", "mode"],
    paint() {
      const { view, theme, mode } = store.state;
      colour(view, theme);
      const lists = currentLists(store.state);
      const held = lists?.nMapped(view.sample) ?? 0;
      const lit = lists !== null && mode < held;
      const ranges = { query: Number.NaN, key: Number.NaN };
      if (lit) for (const side of SIDES) ranges[side] = lists.range(view.sample, side, mode);
      for (const side of SIDES) scales[side].label(side, view.scale, ranges[side]);
      setAttributes(mixture, { hidden: !lit || view.layout !== "overlay" });
      setAttributes(bars, { hidden: !lit || view.layout !== "side" });
      // Where the page has no images of the mode, there is nothing to explain.
      if (!lists || mode >= lists.nModes) setText(words, "");
      else if (!lit) setText(words, `${unlitWords(mode, held, data.meta.n_modes)}, outlined, ${outlined}.`);
      else {
        const said = [layoutWords(view), scaleWords(view, ranges), `Outlined: ${outlined}.`];
        setText(words, said.filter(Boolean).join(" "));
      }
    },
  };
}

/** One patch makes a score by one side alone; the other side's is kept only where its projection is above zero. */
function outlinedWords(by: GalleryMeta["gallery"]["by"]): string {
  if (by === "score") return "the pair of patches that makes the score";
  const other = by === "query" ? "key" : "query";
  return `the ${by} patch that makes the score, and the ${other} patch of the largest projection above zero`;
}

const unlitWords = (mode: number, held: number, total: number): string =>
  held
    ? `Maps are kept of the ${held} strongest of the ${total} modes of each head; of M${mode}, the pictures and`
    : "Of these images no maps are kept, only the pictures and";

function layoutWords({ layout, palette }: State["view"]): string {
  const { queryName, keyName } = PALETTES[palette];
  if (layout === "plain") return "";
  if (layout === "side") return "Beside each picture: its query map, then its key map.";
  return `${queryName[0]?.toUpperCase()}${queryName.slice(1)}: query map; ${keyName}: key map; white: both are strong, which is not attention.`;
}

function scaleWords({ layout, scale }: State["view"], { query, key }: Record<Side, number>): string {
  if (layout === "plain") return "";
  if (scale === "percentile")
    return "Each map by itself, from its 30th to its 95th percentile: zero and sign are hidden.";
  const start = layout === "side" ? "From −a to a" : "From 0 to a";
  return `${start}, query a = ${format(query)}, key a = ${format(key)}: 99th percentile over these pictures.`;
}
