/**
 * Where does a mode get its numbers from? Its query map and its key map, split into what the place says and what the content says.
 *
 * Over images: the position part beside the root mean square of the content part, whose mean is zero by construction. On one image:
 * the map, its position part and its content part, which add up together with the mean. One scale for all maps of a mode.
 */

import type { Theme } from "../lib/colour.ts";
import { prefixCount, tokenName } from "../lib/data.ts";
import { h, setText } from "../lib/dom.ts";
import { counted, format, formatBounded } from "../lib/numbers.ts";
import { segmented } from "../lib/segmented.ts";
import { setView } from "../lib/store.ts";
import type { Side } from "../lib/tile.ts";
import { scaleLegend } from "../panels/head-scale.ts";
import { Pane } from "../panels/pane.ts";
import { frame } from "../panels/panel.ts";
import { currentMaps, type FactorContext, type FactorPanel, type Shown } from "./context.ts";
import type { Bounded, HeadMaps } from "./data.ts";
import { aspectOf, mapColour, mapPane, patchEvents, rangeOf, type Shows, valuesOf } from "./map-pane.ts";
import { sharesWords } from "./words.ts";

type Where = Shown["view"]["maps"];

const SIDES: readonly Side[] = ["query", "key"];
const SHOWN: Record<Where, readonly Shows[]> = {
  images: ["position", "spread"],
  image: ["whole", "position", "content"],
};
const PARTS: readonly Shows[] = ["whole", "position", "spread", "content"];

const NO_SPREAD = "How much content varies on each patch was not asked for: spread=True.";
const NO_IMAGES = "Maps on single images were not asked for: widget(model=model, images=images).";
const NO_CONTENT =
  "Maps on single images are not in this view: they need the model, or a page that was made with images.";

export function mapsPanel(context: FactorContext): FactorPanel {
  const { store, meta, modes, signal } = context;
  const panes = SIDES.flatMap((side) => PARTS.map((shows) => mapPane(context, side, shows)));
  const photograph = photographOf(context);
  const sides = SIDES.map((side) => {
    const words = h("p", { class: "subtitle" });
    const own = panes.filter((pane) => pane.side === side).map((pane) => pane.root);
    const title = h("h4", {}, side === "query" ? "query: who looks" : "key: what is looked at");
    const root = h(
      "div",
      { class: "side", "data-side": side },
      title,
      words,
      h("div", { class: "row-of-maps" }, ...own),
    );
    return { side, words, root };
  });
  const choice = segmented<Where>(
    "maps",
    [
      ["images", "over images"],
      ["image", "on one image"],
    ],
    (maps) => setView(store, { maps }),
    signal,
  );
  const tag = h("span", { class: "tag" });
  const legend = mapLegend();
  const readout = h("output", { class: "readout", "data-testid": "qk-patch" });
  const missing = h("p", { class: "missing" });
  const unasked = h("p", { class: "caption" });
  const caption = h("p", { class: "caption" });
  const root = frame(
    "maps",
    "Maps of this mode",
    [tag, ...(meta.images.length ? [choice.root] : [])],
    missing,
    h("div", { class: "wall" }, photograph.root, ...sides.map((side) => side.root)),
    unasked,
    h("div", { class: "foot" }, readout, legend.root),
    caption,
  );

  /** A view without images has nothing to show on one. */
  const where = (): Where => (meta.images.length ? store.state.view.maps : "images");

  /** Alike for all heads: one that is on its way has what the last one had. */
  let hasSpread = true;

  function draw(maps: HeadMaps | null): void {
    const { layer, head, mode, image, theme } = store.state;
    if (maps) hasSpread = maps.has("spread");
    const shows = SHOWN[where()].filter((part) => hasSpread || part !== "spread");
    const reason = reasonNot(maps, mode, shows);
    setText(missing, reason);
    missing.hidden = reason === "";
    const values = new Map(
      panes
        .filter((pane) => shows.includes(pane.shows))
        .map((pane) => [pane, maps ? valuesOf(maps, pane.side, pane.shows, mode, image) : undefined]),
    );
    const range = rangeOf([...values.values()]);
    for (const pane of panes) {
      pane.root.hidden = !shows.includes(pane.shows);
      if (!pane.root.hidden) pane.paint(values.get(pane), range);
    }
    for (const { side, words } of sides) setText(words, sharesWords(modes.shares(side, layer, head, mode)));
    legend.paint(range, shows.includes("spread"), theme);
    setText(unasked, unaskedOf(where()));
    setText(caption, captionOf(where(), meta.factors.n_images, range, hasSpread));
    setText(tag, `L${layer} H${head} M${mode}`);
    root.toggleAttribute("data-one", where() === "image");
    root.toggleAttribute("data-sole", shows.length === 1);
    choice.paint(where());
    photograph.show(image, where());
    for (const { pane } of panes) pane.root.style.aspectRatio = String(aspectOf(context, image));
  }

  function reasonNot(maps: HeadMaps | null, mode: number, shows: readonly Shows[]): string {
    if (!maps) return store.state.error ? "" : "The maps are on their way.";
    if (mode >= maps.nModes)
      return `Maps are here of the ${maps.nModes} strongest of the ${meta.n_modes} modes of each head.`;
    return shows.includes("content") && !maps.has("content") ? NO_CONTENT : "";
  }

  /** What there would be more of; images that a page has no room for are said above. */
  function unaskedOf(maps: Where): string {
    const more = maps === "images" && !hasSpread ? [NO_SPREAD] : [];
    if (!meta.images.length && !meta.left_out.length) more.push(NO_IMAGES);
    return more.join(" ");
  }

  function sayPatch(maps: HeadMaps | null): string {
    const { mode, hoverPatch, image } = store.state;
    if (!maps || mode >= maps.nModes) return "";
    if (hoverPatch < 0) return "Hover a patch, or walk over one with the arrow keys, for its numbers.";
    const words = SIDES.map((side) => patchWords(maps, side, mode, image, hoverPatch, where()));
    return [tokenName(meta, prefixCount(meta) + hoverPatch), ...words].join("\n");
  }

  let drawn: readonly unknown[] = [];
  return {
    root,
    keys: ["layer", "head", "mode", "image", "view", "theme", "maps", "hoverPatch", "error"],
    paint() {
      const { layer, head, mode, image, theme, hoverPatch, error } = store.state;
      const maps = currentMaps(store.state);
      const now = [layer, head, mode, image, where(), theme, maps, error];
      if (now.some((value, i) => value !== drawn[i])) {
        drawn = now;
        draw(maps);
      }
      for (const pane of [photograph.pane, ...panes.map((each) => each.pane)])
        pane.outline("hover", hoverPatch);
      setText(readout, sayPatch(maps));
    },
  };
}

/** Colours are those of fractions of the range, so only its ends are written anew from mode to mode. */
function mapLegend() {
  const root = h("div", { class: "legend" });
  const bar = (part: Shows, low: number, theme: Theme): HTMLElement[] =>
    scaleLegend({ low, high: 1, colour: (t) => mapColour(part, t, theme), short: format });
  let drawn = "";
  let bars: HTMLElement[][] = [];
  return {
    root,
    paint(range: number, hasSpread: boolean, theme: Theme): void {
      if (drawn !== `${hasSpread} ${theme}`) {
        drawn = `${hasSpread} ${theme}`;
        bars = [bar("position", -1, theme), ...(hasSpread ? [bar("spread", 0, theme)] : [])];
        root.replaceChildren(...bars.flat(), ...(hasSpread ? ["root mean square"] : []));
      }
      for (const [i, [low, , high]] of bars.entries()) {
        if (low) setText(low, i === 0 ? format(-range, 2) : "0");
        if (high) setText(high, format(range, 2));
      }
    },
  };
}

/** The image that maps are on, as the model sees it. */
function photographOf(context: FactorContext) {
  const { meta, pictures, signal } = context;
  const pane = new Pane({
    grid: meta.layout.grid,
    aspect: aspectOf(context, 0),
    label: "image",
    ...(pictures[0] && { url: pictures[0] }),
  });
  pane.listen(patchEvents(context), signal);
  const picture = pane.root.querySelector("img");
  const name = h("figcaption");
  const root = h("figure", { class: "picture photograph" }, name, pane.root);
  let shown = 0;
  return {
    pane,
    root,
    show(image: number, where: Where): void {
      root.hidden = where !== "image";
      setText(name, meta.images[image]?.name ?? "");
      if (shown === image || !picture) return;
      shown = image;
      picture.src = pictures[image] ?? "";
      pane.root.style.aspectRatio = String(aspectOf(context, image));
    },
  };
}

/** What makes up a side on one patch, in numbers. */
function patchWords(
  maps: HeadMaps,
  side: Side,
  mode: number,
  image: number,
  patch: number,
  where: Where,
): string {
  const mean = maps.mean(side, mode);
  const position = maps.at("position", side, mode, image, patch);
  if (!position) return "";
  const words = ({ value, bound }: Bounded): string => formatBounded(value, bound);
  const parts = `${side}: mean ${format(mean)}, position ${words(position)}`;
  if (where === "images") {
    const spread = maps.at("spread", side, mode, image, patch);
    return spread ? `${parts}; content ${words(spread)} root mean square` : parts;
  }
  const content = maps.at("content", side, mode, image, patch);
  if (!content) return parts;
  const sum = { value: mean + position.value + content.value, bound: position.bound + content.bound };
  return `${parts}, content ${words(content)}; sum ${words(sum)}`;
}

function captionOf(where: Where, nImages: number, range: number, hasSpread: boolean): string {
  const unit =
    "Unit: the root mean square of a side over all tokens is 1; the signs of query and key turn together. " +
    `One scale for both sides, up to ${format(range, 2)}; patches beyond it are marked in a corner.`;
  if (where === "image")
    return `Map = mean + position part + content part: the mean is the same on every patch, the position part on every image. ${unit}`;
  const content = hasSpread ? ", so its root mean square is shown" : "";
  return `Over ${counted(nImages, "image")}: the position part is what a place has in common on all of them; the mean of the content part is zero by construction${content}. ${unit}`;
}
