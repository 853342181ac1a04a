/** Where on the images? Query map and key map of the current mode on every picture, with their legend and numbers. */

import { h, setAttributes, setText } from "../lib/dom.ts";
import { shownSign } from "../lib/scores.ts";
import type { Tile } from "../lib/tile.ts";
import { mapFigure } from "./figure.ts";
import { overlayLegend } from "./legend.ts";
import { overlayOptions } from "./options.ts";
import { currentTile, frame, type Panel, type PanelContext } from "./panel.ts";
import { hoverReadout } from "./readout.ts";

/** At most so many pictures in a row, or a few less where that leaves fewer places empty. */
export function galleryColumns(count: number, most: number): number {
  if (count <= most) return count;
  const empty = (columns: number): number => (columns - (count % columns)) % columns;
  const least = Math.ceil(0.6 * most);
  const widths = Array.from({ length: most - least + 1 }, (_, i) => most - i);
  return widths.reduce((best, columns) => (empty(columns) < empty(best) ? columns : best));
}

/** How pictures and legend share a wide panel: beside one row, beside two rows together with the options, or above many. */
export function galleryShape(count: number): "row" | "block" | "wall" {
  if (count <= 4) return "row";
  return count > 5 && count <= 8 ? "block" : "wall";
}

/** Most pictures in a row of a narrow, a middling and a wide panel. */
const WIDTHS = { narrow: 2, middle: 4, wide: 6 } as const;

export function overlayPanel(context: PanelContext): Panel {
  const { store, data, signal } = context;
  const figures = data.meta.images.map((_, image) => mapFigure(context, image));
  const count = figures.length;
  const gallery = h("div", { class: "gallery" }, ...figures.map(({ root }) => root));
  const options = overlayOptions(store, signal);
  const legend = overlayLegend();
  const readout = h("output", { class: "readout", "aria-live": "polite" });
  const missing = h("p", { class: "missing", hidden: true });
  const title = "This mode on the images";
  const body = h(
    "div",
    { class: "body", "data-shape": galleryShape(count), "data-count": count },
    options.root,
    legend.root,
    h("div", { class: "hung" }, missing, gallery),
    readout,
  );
  for (const [name, most] of Object.entries(WIDTHS))
    body.style.setProperty(`--${name}`, String(galleryColumns(count, most)));
  const tag = h("span", { class: "tag" });
  const root = frame("overlay", title, [tag], body);

  function repaint(tile: Tile): void {
    const { mode, sign: choice, view, theme } = store.state;
    const held = mode < tile.nModes;
    setAttributes(missing, { hidden: held });
    setText(
      missing,
      `The maps of M${mode} are not in this page: it holds M0 to M${tile.nModes - 1} of each head.`,
    );
    const sign = shownSign(choice, tile, mode);
    for (const figure of figures) {
      if (held) figure.paint(tile, sign);
      else figure.clear();
    }
    legend.paint({
      meta: data.meta,
      view,
      sign,
      auto: choice === "auto",
      theme,
      tile: held ? tile : null,
      mode,
    });
  }

  let painted: readonly unknown[] = [];
  return {
    root,
    keys: ["tile", "layer", "head", "mode", "image", "token", "sign", "view", "theme", "hover"],
    paint() {
      const state = store.state;
      const tile = currentTile(state);
      setAttributes(body, { "data-layout": state.view.layout });
      setText(tag, `L${state.layer} H${state.head} M${state.mode}`);
      options.paint(state);
      // Hover changes this panel many times a second, but none of its maps.
      const inputs = [tile, state.mode, state.sign, state.view, state.theme];
      if (tile && inputs.some((input, i) => input !== painted[i])) {
        painted = inputs;
        repaint(tile);
      }
      for (const figure of figures) figure.mark();
      if (tile) setText(readout, hoverReadout(context, tile));
    },
  };
}
