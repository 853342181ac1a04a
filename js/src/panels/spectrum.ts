/**
 * Which mode? Singular values as bars, coloured by cosine; below them the same cosines by position, with chance.
 *
 * Colour is never the only carrier: the strip of stems says exactly what the colours say. Modes of a degenerate block are
 * bracketed, the null block is hatched, and modes that this page does not hold are hollow.
 */

import type { Meta } from "../lib/data.ts";
import { h, setAttributes, setText } from "../lib/dom.ts";
import { clamp, defined, format, formatUnit } from "../lib/numbers.ts";
import { chooseModeOnClick, modeAt } from "./choose-mode.ts";
import { chartAir, currentTile, frame, type Panel, type PanelContext, yLabel } from "./panel.ts";
import { spectrumChart, spectrumPlaces } from "./spectrum-chart.ts";

const KEYS: Record<string, (mode: number, last: number) => number> = {
  ArrowLeft: (mode) => mode - 1,
  ArrowDown: (mode) => mode - 1,
  ArrowRight: (mode) => mode + 1,
  ArrowUp: (mode) => mode + 1,
  Home: () => 0,
  End: (_, last) => last,
};

/** What the sign of a cosine means: of a query-key circuit, whom the mode looks for. */
const circuitWords = ({ circuit }: Meta): string =>
  circuit === "ov"
    ? "value-output: left reads, right writes; the two live in different spaces (after and before a norm)"
    : "green +: like seeks like, purple −: its opposite";

export function spectrumPanel({ store, data, signal }: PanelContext): Panel {
  const { meta, spectra } = data;
  const count = meta.n_modes;
  const chart = spectrumChart(count, meta.mode_band, chartAir(meta));
  const { bars, stems } = spectrumPlaces(chartAir(meta));
  const top = yLabel(bars.top, "");
  const labels = h(
    "div",
    { class: "ylabels", "aria-hidden": "true" },
    top,
    yLabel((bars.top + bars.bottom) / 2, "σ"),
    yLabel(bars.bottom, "0"),
    yLabel(stems.top, "1"),
    yLabel((stems.top + stems.bottom) / 2, "cos"),
    yLabel(stems.bottom, "−1"),
  );
  const readout = h("output", { class: "readout" });
  const band =
    `Bars: strength σ. Colour and stems: cosine of a mode’s two directions (${circuitWords(meta)}); ` +
    `grey band: chance, ±${formatUnit(meta.mode_band)} (95 %)`;
  const held = h("span", {});
  const notes = h("p", { class: "caption" }, band, held);
  const tag = h("span", { class: "tag" });
  const root = frame(
    "spectrum",
    "Modes of this head",
    [tag],
    h("div", { class: "plot" }, labels, chart.root),
    readout,
    notes,
  );

  chooseModeOnClick(chart.root, store, signal);
  chart.root.addEventListener("pointerover", (event) => store.set({ hoverMode: modeAt(event) }), { signal });
  chart.root.addEventListener("pointerleave", () => store.set({ hoverMode: -1 }), { signal });
  chart.root.addEventListener("keydown", onKey, { signal });

  function onKey(event: KeyboardEvent): void {
    const step = KEYS[event.key];
    if (!step) return;
    event.preventDefault();
    store.set({ mode: clamp(step(store.state.mode, count - 1), 0, count - 1) });
  }

  function describe(mode: number): string {
    const { layer, head } = store.state;
    const sigma = defined(spectra.modes("singular_values", layer, head)[mode], format);
    const cosine = defined(spectra.modes("cosine", layer, head)[mode], formatUnit);
    const caveat = spectra.caveat(layer, head, mode);
    return `M${mode}  σ ${sigma}  cosine ${cosine}${caveat && `  · ${caveat}`}`;
  }

  let drawn = "";
  return {
    root,
    keys: ["layer", "head", "mode", "hoverMode", "tile", "theme"],
    paint() {
      const { layer, head, mode, hoverMode, theme } = store.state;
      const available = Math.max(meta.embedded_modes, currentTile(store.state)?.nModes ?? 0);
      if (drawn !== `${layer} ${head} ${available} ${theme}`) {
        drawn = `${layer} ${head} ${available} ${theme}`;
        const sigma = spectra.modes("singular_values", layer, head);
        chart.draw(sigma, spectra.modes("cosine", layer, head), available, theme);
        chart.bracket(spectra.modes("degenerate", layer, head), spectra.modes("null", layer, head));
        setText(top, format(sigma[0] ?? Number.NaN));
        setText(tag, `L${layer} H${head}`);
        setText(
          held,
          available < count ? `; hollow: maps not in this page (it holds M0 to M${available - 1})` : "",
        );
      }
      chart.mark(mode);
      const words = describe(mode);
      setText(readout, hoverMode >= 0 ? describe(hoverMode) : words);
      setAttributes(chart.root, { "aria-valuenow": mode, "aria-valuetext": words });
    },
  };
}
