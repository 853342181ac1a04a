/** How the pictures are shown: maps on them, beside them or not at all; which signs; the best or ordinary images. */

import { FOCUSABLE, h, setAttributes } from "../lib/dom.ts";
import { segmented } from "../lib/segmented.ts";
import { setView } from "../lib/store.ts";
import type { GalleryContext, Part } from "./context.ts";
import type { State } from "./index.ts";

type View = State["view"];

export function galleryOptions({ store, data, signal }: GalleryContext): Part {
  const layout = segmented<View["layout"]>(
    "maps",
    [
      ["overlay", "overlay"],
      ["side", "side by side"],
      ["plain", "off"],
    ],
    (value) => setView(store, { layout: value }),
    signal,
  );
  const sign = segmented<State["sign"]>(
    "sign",
    [
      ["both", "both"],
      ["+", "+"],
      ["-", "−"],
    ],
    (value) => store.set({ sign: value }),
    signal,
  );
  const sample = segmented<View["sample"]>(
    "images",
    [
      ["top", "top"],
      ["deciles", "deciles"],
    ],
    (value) => setView(store, { sample: value }),
    signal,
  );
  sample.root.title =
    "A mode must not be judged by its best cases alone: deciles are ordinary images, over all scores.";
  const palette = segmented<View["palette"]>(
    "palette",
    [
      ["red-cyan", "red / cyan"],
      ["orange-blue", "orange / blue"],
    ],
    (value) => setView(store, { palette: value }),
    signal,
  );
  const paper = h("button", { type: "button", ...FOCUSABLE }, "as in the paper");
  paper.title = "Each map clipped to its own 30th and 95th percentile, as in the paper’s released figures";
  paper.addEventListener(
    "click",
    () => setView(store, { scale: store.state.view.scale === "percentile" ? "signed" : "percentile" }),
    { signal },
  );
  const offered = data.meta.gallery.deciles.length > 0 ? [sample.root] : [];
  return {
    root: h("div", { class: "options" }, ...offered, sign.root, layout.root, palette.root, paper),
    keys: ["view", "sign"],
    paint() {
      const { view, sign: chosen } = store.state;
      layout.paint(view.layout);
      sign.paint(chosen);
      sample.paint(view.sample);
      palette.paint(view.palette);
      setAttributes(paper, { "aria-pressed": String(view.scale === "percentile") });
    },
  };
}
