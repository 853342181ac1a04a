/** Where on the images? Query map and key map of the current mode on every picture, with their legend and numbers. */

import { h, setAttributes, setText } from "../lib/dom.ts";
import { shownSign } from "../lib/scores.ts";
import type { Tile } from "../lib/tile.ts";
import { mapFigure } from "./figure.ts";
import { overlayLegend } from "./legend.ts";
import { overlayOptions } from "./options.ts";
import { currentTile, frame, type Panel, type PanelContext } from "./panel.ts";
import { hoverReadout } from "./readout.ts";

/** At most four in a row, or three where that leaves fewer places empty. */
export function galleryColumns(count: number): number {
  const empty = (columns: number): number => (columns - (count % columns)) % columns;
  return count <= 4 || empty(4) <= empty(3) ? Math.min(count, 4) : 3;
}

export function overlayPanel(context: PanelContext): Panel {
  const { store, data, signal } = context;
  const figures = data.meta.images.map((_, image) => mapFigure(context, image));
  const gallery = h("div", { class: "gallery" }, ...figures.map(({ root }) => root));
  gallery.style.setProperty("--columns", String(galleryColumns(figures.length)));
  const options = overlayOptions(store, signal);
  const legend = overlayLegend();
  const readout = h("output", { class: "readout", "aria-live": "polite" });
  const missing = h("p", { class: "missing", hidden: true });
  const title = "Mode on the images";
  const root = frame("overlay", title, [], options.root, gallery, missing, readout, legend.root);

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
      gallery.dataset.layout = state.view.layout;
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
