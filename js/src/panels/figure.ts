/**
 * One image of the overlay: query and key as two lights on the photograph, or as two maps beside it.
 *
 * What the scales mean stands in src/lib/maps.ts, what the colours mean in src/lib/colour.ts.
 */

import { type Colour, diverging, mix, sequential } from "../lib/colour.ts";
import { prefixCount } from "../lib/data.ts";
import { h, setAttributes } from "../lib/dom.ts";
import {
  type Painted,
  percentileStrength,
  positiveStrength,
  signedStrength,
  thresholded,
} from "../lib/maps.ts";
import type { Side, Sign, Tile } from "../lib/tile.ts";
import { Pane } from "./pane.ts";
import type { PanelContext } from "./panel.ts";
import { patchEvents } from "./patch-events.ts";

const paneName = (words: string): HTMLElement => h("span", {}, words);

export interface MapFigure {
  readonly root: HTMLElement;
  /** the maps of the current mode */
  paint(tile: Tile, sign: Sign): void;
  /** the photograph alone */
  clear(): void;
  /** outlines of the query patch and of the patch under the pointer */
  mark(): void;
}

export function mapFigure(context: PanelContext, image: number): MapFigure {
  const { store, data, signal } = context;
  const { meta } = data;
  const prefix = prefixCount(meta);
  const { name, width, height } = meta.images[image] ?? { name: "", width: 1, height: 1 };
  const shared = { grid: meta.layout.grid, aspect: width / height };
  const picture = new Pane({ ...shared, url: data.pictures[image], label: `${name}: query and key map` });
  const query = new Pane({ ...shared, label: `${name}: query map` });
  const key = new Pane({ ...shared, label: `${name}: key map` });
  const panes = { picture, query, key };
  const choose = (token: number): void => store.set({ image, token, keyToken: -1 });
  for (const [side, pane] of Object.entries(panes)) {
    pane.root.dataset.side = side;
    pane.listen(
      patchEvents(context, image, choose, () => store.state.token),
      signal,
    );
  }
  const root = h(
    "figure",
    { class: "picture", "data-image": image },
    h("div", { class: "panes" }, picture.root, query.root, key.root),
    h("div", { class: "panenames", "aria-hidden": "true" }, ...["image", "query", "key"].map(paneName)),
    h("figcaption", { title: name }, name),
  );

  function strengths(tile: Tile, side: Side, sign: Sign): Painted {
    const { mode, view } = store.state;
    const patches = tile.projections(side, image, mode, prefix);
    const factor = sign === "-" ? -1 : 1;
    if (view.scale === "percentile") return percentileStrength(patches, factor);
    const signed = view.layout === "side" ? signedStrength : positiveStrength;
    return signed(patches, factor, tile.range(side, mode));
  }

  return {
    root,
    clear: () => Object.values(panes).forEach((pane) => void pane.clear()),
    paint(tile, sign) {
      const { view, theme } = store.state;
      const maps = { query: strengths(tile, "query", sign), key: strengths(tile, "key", sign) };
      const [queries, keys] = [maps.query.strength, maps.key.strength];
      const at = (strengths: Float32Array, patch: number): number =>
        thresholded(strengths[patch] as number, view.threshold);
      if (view.layout === "overlay") {
        picture.paint((patch) => mix(at(queries, patch), at(keys, patch), view.palette));
        picture.tick(maps.query.clipped, maps.key.clipped);
        return;
      }
      const colour = (t: number): Colour =>
        view.scale === "percentile" ? sequential(t, theme) : diverging(t, theme);
      query.paint((patch) => colour(at(queries, patch)));
      query.tick(maps.query.clipped, []);
      key.paint((patch) => colour(at(keys, patch)));
      key.tick([], maps.key.clipped);
      picture.clear();
    },
    mark() {
      const { image: current, token, hover } = store.state;
      setAttributes(root, { "data-current": image === current });
      for (const pane of Object.values(panes)) {
        pane.outline("query", image === current ? token - prefix : -1);
        pane.outline("hover", hover?.image === image ? hover.patch : -1);
      }
    },
  };
}
