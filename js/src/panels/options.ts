/** How the overlay is drawn: layout, palette, sign, scale, threshold. */

import { FOCUSABLE, h, select, setAttributes, setText } from "../lib/dom.ts";
import { formatPercent } from "../lib/numbers.ts";
import { segmented } from "../lib/segmented.ts";
import type { Store } from "../lib/store.ts";
import { setView } from "../lib/store.ts";
import type { Shared, Shown } from "./panel.ts";

export function overlayOptions(
  store: Store<Shown>,
  signal: AbortSignal,
): { root: HTMLElement; paint(state: Shown): void } {
  const layout = segmented(
    "layout",
    [
      ["overlay", "overlay"],
      ["side", "side by side"],
    ],
    (value) => setView(store, { layout: value }),
    signal,
  );
  const sign = segmented(
    "sign",
    [
      ["auto", "auto"],
      ["+", "+"],
      ["-", "−"],
    ],
    (value) => store.set({ sign: value }),
    signal,
  );
  const palette = select(
    "palette",
    [
      ["red-cyan", "red / cyan"],
      ["orange-blue", "orange / blue"],
    ],
    (value) => setView(store, { palette: value as Shared["view"]["palette"] }),
    signal,
  );
  const percentile = h("button", { type: "button", class: "toggle", ...FOCUSABLE }, "as in the paper");
  percentile.title =
    "Each map clipped to its own 30th and 95th percentile, as in the paper’s released figures";
  percentile.addEventListener(
    "click",
    () => setView(store, { scale: store.state.view.scale === "percentile" ? "signed" : "percentile" }),
    { signal },
  );
  const threshold = h("input", {
    type: "range",
    min: 0,
    max: 1,
    step: 0.01,
    "aria-label": "threshold",
    ...FOCUSABLE,
  });
  threshold.addEventListener("input", () => setView(store, { threshold: Number(threshold.value) }), {
    signal,
  });
  const fraction = h("output", {});
  const cut = h("label", { class: "field" }, h("span", {}, "threshold"), threshold, fraction);
  let painted: Partial<Pick<Shown, "view" | "sign">> = {};
  return {
    root: h("div", { class: "options" }, layout.root, sign.root, palette.root, percentile, cut),
    paint({ view, sign: chosen }) {
      if (painted.view === view && painted.sign === chosen) return;
      painted = { view, sign: chosen };
      layout.paint(view.layout);
      sign.paint(chosen);
      palette.input.value = view.palette;
      setAttributes(percentile, { "aria-pressed": String(view.scale === "percentile") });
      if (threshold.value !== String(view.threshold)) threshold.value = String(view.threshold);
      setText(fraction, formatPercent(view.threshold));
    },
  };
}
