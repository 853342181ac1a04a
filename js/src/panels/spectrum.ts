/**
 * Which mode? Singular values as bars, coloured by cosine; below them the same cosines by position, with chance.
 *
 * Colour is never the only carrier: the strip of stems says exactly what the colours say. Modes of a degenerate block are
 * bracketed, the null block is hatched, and modes that this page does not hold are hollow.
 */

import type { Data, Meta } from "../lib/data.ts";
import { h, setAttributes, setText } from "../lib/dom.ts";
import { defined, format, formatUnit } from "../lib/numbers.ts";
import { chooseModeOnChart } from "./choose-mode.ts";
import { type Choosing, chartAir, currentTile, frame, type Panel, type Shown, yLabel } from "./panel.ts";
import { spectrumChart, spectrumPlaces } from "./spectrum-chart.ts";

/** What the sign of a cosine means: of a query-key circuit, whom the mode looks for. */
const circuitWords = ({ circuit }: Meta): string =>
  circuit === "ov"
    ? "value-output: left reads, right writes; the two live in different spaces (after and before a norm)"
    : "green +: like seeks like, purple −: its opposite";

interface SpectrumContext {
  readonly store: Choosing<Pick<Shown, "layer" | "head" | "mode" | "hoverMode" | "tile" | "theme">>;
  readonly data: Pick<Data, "meta" | "spectra">;
  readonly signal: AbortSignal;
  /** the strength at the upper edge, where several spectra are compared; else that of the head's first mode */
  readonly top?: (layer: number, head: number) => number;
}

export function spectrumPanel({ store, data, signal, top: shared }: SpectrumContext): Panel {
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

  chooseModeOnChart(chart.root, store, count, signal);

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
        const largest = shared?.(layer, head) ?? sigma[0] ?? 1;
        chart.draw(sigma, largest, spectra.modes("cosine", layer, head), available, theme);
        chart.bracket(spectra.modes("degenerate", layer, head), spectra.modes("null", layer, head));
        setText(top, format(largest));
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
