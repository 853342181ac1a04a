/** What is said of the mode beside its address, and below the pictures of how they are to be read. */

import { css, diverging, inkOn, mix, PALETTES } from "../lib/colour.ts";
import { h, setAttributes, setText } from "../lib/dom.ts";
import { defined, format, formatUnit } from "../lib/numbers.ts";
import { PatchPixels } from "../lib/pixels.ts";
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
  return {
    root: h("div", { class: "legend-of-cards" }, mixture, words),
    keys: ["view", "lists", "layer", "head", "mode"],
    paint() {
      const { view, mode } = store.state;
      square.paint((cell) => {
        const up = 1 - Math.floor(cell / CELLS) / (CELLS - 1);
        return mix((cell % CELLS) / (CELLS - 1), up, view.palette);
      });
      const lists = currentLists(store.state);
      const held = lists?.nMapped(view.sample) ?? 0;
      const unlit = lists !== null && mode >= held;
      setAttributes(mixture, { hidden: view.layout !== "overlay" || unlit });
      const outlined = outlinedWords(data.meta.gallery.by);
      if (unlit) setText(words, `${unlitWords(mode, held, data.meta.n_modes)}, outlined, ${outlined}.`);
      else {
        const ends = (["query", "key"] as const).map(
          (side) => lists?.range(view.sample, side, mode) ?? Number.NaN,
        );
        const said = [layoutWords(view), scaleWords(view, ends), `Outlined: ${outlined}.`];
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
  if (layout === "side") return "Beside each picture: query map, key map.";
  return `${queryName[0]?.toUpperCase()}${queryName.slice(1)}: query map; ${keyName}: key map; white: both are strong, which is not attention.`;
}

function scaleWords({ layout, scale }: State["view"], [query, key]: readonly number[]): string {
  if (layout === "plain") return "";
  if (scale === "percentile")
    return "Each map by itself, from its 30th to its 95th percentile: zero and sign are hidden.";
  const start = layout === "side" ? "From −a to a" : "From 0 to a";
  return `${start}, query a = ${format(query ?? Number.NaN)}, key a = ${format(key ?? Number.NaN)}: 99th percentile over these pictures.`;
}
