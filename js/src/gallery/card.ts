/** One place of a list: the picture with its maps, its best patches outlined, and its score. */

import { type Colour, diverging, mix, sequential, type Theme } from "../lib/colour.ts";
import { FOCUSABLE, h, setAttributes, setText } from "../lib/dom.ts";
import { type Painted, percentileStrength, positiveStrength, signedStrength } from "../lib/maps.ts";
import type { Side } from "../lib/tile.ts";
import { Pane } from "../panels/pane.ts";
import type { GalleryMeta } from "./data.ts";
import type { State } from "./index.ts";

/** What a card shows; no maps where the page does not hold them. */
export interface Shot {
  readonly name: string;
  /** all that is known of it, in words */
  readonly words: string;
  readonly caption: string;
  /** the patch outlined for each side, -1: none */
  readonly pair: Readonly<Record<Side, number>>;
  readonly maps: Readonly<Record<Side, Float32Array>> | undefined;
  readonly ranges: Readonly<Record<Side, number>>;
  /** why there is no picture, in words, where there never will be one */
  readonly missing: string;
}

type Style = State["view"] & { readonly theme: Theme };

const SIDES: readonly Side[] = ["query", "key"];

export class Card {
  readonly root: HTMLElement;
  readonly #photograph = h("img", { alt: "", draggable: "false", hidden: true });
  readonly #panes: Record<"picture" | Side, Pane>;
  readonly #placeholder = h("span", { class: "placeholder" });
  readonly #score = h("b");
  readonly #name = h("span");

  constructor(meta: GalleryMeta) {
    const [rows, columns] = meta.layout.grid;
    const pane = (side: string): Pane => {
      const made = new Pane({ grid: meta.layout.grid, aspect: columns / rows, label: "" });
      // The card as a whole is what is focused and read out.
      setAttributes(made.root, { role: undefined, tabindex: undefined, "aria-label": undefined });
      setAttributes(made.root, { "aria-hidden": "true", "data-side": side });
      return made;
    };
    this.#panes = { picture: pane("picture"), query: pane("query"), key: pane("key") };
    this.#panes.picture.root.prepend(this.#photograph, this.#placeholder);
    this.root = h(
      "figure",
      { class: "card", tabindex: -1, ...FOCUSABLE },
      h("div", { class: "panes" }, ...Object.values(this.#panes).map(({ root }) => root)),
      h("figcaption", {}, this.#score, " ", this.#name),
    );
  }

  /** Nobody has this place. */
  empty(words: string): void {
    setAttributes(this.root, { "data-empty": true, "aria-label": words });
    this.picture(undefined);
    setText(this.#placeholder, words);
    setText(this.#score, "");
    setText(this.#name, "");
    for (const pane of Object.values(this.#panes)) {
      pane.clear();
      for (const side of SIDES) pane.outline(side, -1);
    }
  }

  /** The photograph's address, which may come later than all else. */
  picture(url: string | undefined): void {
    setAttributes(this.#photograph, { hidden: !url, src: url });
  }

  show(shot: Shot, style: Style): void {
    setAttributes(this.root, { "data-empty": undefined, "aria-label": shot.words });
    setText(this.#placeholder, shot.missing);
    setText(this.#score, shot.caption);
    setText(this.#name, shot.name);
    this.#name.title = shot.words;
    this.#paint(shot, style);
    const { picture, query, key } = this.#panes;
    for (const side of SIDES) picture.outline(side, shot.pair[side]);
    // Both outlines on one patch: the style sheet lets each show through the other.
    setAttributes(picture.root, { "data-same": shot.pair.query === shot.pair.key });
    query.outline("query", shot.pair.query);
    key.outline("key", shot.pair.key);
  }

  #paint({ maps, ranges }: Shot, { layout, scale, palette, theme }: Style): void {
    const { picture, query, key } = this.#panes;
    const strengths = (side: Side, values: Float32Array): Painted => {
      if (scale === "percentile") return percentileStrength(values, 1);
      return (layout === "side" ? signedStrength : positiveStrength)(values, 1, ranges[side]);
    };
    // A picture that carries no light stays as it is.
    setAttributes(this.root, { "data-lit": Boolean(maps) && layout === "overlay" });
    if (!maps || layout === "plain") {
      for (const pane of Object.values(this.#panes)) pane.clear();
      return;
    }
    const painted = { query: strengths("query", maps.query), key: strengths("key", maps.key) };
    const at = (side: Side, patch: number): number => painted[side].strength[patch] ?? 0;
    if (layout === "overlay") {
      picture.paint((patch) => mix(at("query", patch), at("key", patch), palette));
      return;
    }
    const colour = (t: number): Colour =>
      scale === "percentile" ? sequential(t, theme) : diverging(t, theme);
    query.paint((patch) => colour(at("query", patch)));
    key.paint((patch) => colour(at("key", patch)));
    picture.clear();
  }
}
