/**
 * Which head? One cell a head, layers from left to right as in the trend below it, coloured by any number per head.
 *
 * Diverging numbers are centred at zero.
 */

import type { Theme } from "../lib/colour.ts";
import { css, inkOn } from "../lib/colour.ts";
import type { Data, HeadNumber } from "../lib/data.ts";
import { h, select, setText } from "../lib/dom.ts";
import { defined, format } from "../lib/numbers.ts";
import { setView } from "../lib/store.ts";
import { headScale, scaleLegend } from "./head-scale.ts";
import { headTable } from "./head-table.ts";
import { type Choosing, frame, type Panel, type PanelContext } from "./panel.ts";

interface GridContext {
  readonly store: Choosing<{ readonly layer: number; readonly head: number; readonly theme: Theme }>;
  readonly data: Pick<Data, "meta" | "spectra">;
  readonly signal: AbortSignal;
  /** what the scale of the colours must hold, where several grids are compared; else the values shown */
  readonly extent?: ArrayLike<number>;
}

/** Where the number that colours the heads is kept, by its key. */
interface NumberChoice {
  chosen(): string;
  choose(key: string): void;
}

/** The explorer's: the number can be chosen. */
export function gridPanel(context: PanelContext): Panel {
  const { store } = context;
  const number = {
    chosen: () => store.state.view.number,
    choose: (key: string) => setView(store, { number: key }),
  };
  return { ...headGrid(context, number), keys: ["layer", "head", "view", "theme"] };
}

/** Without a choice, the first number colours the heads, and nothing is said of it. */
export function headGrid({ store, data, signal, extent }: GridContext, number?: NumberChoice) {
  const { n_layers: nLayers, n_heads: nHeads, head_numbers: numbers } = data.meta;
  const table = headTable({
    store,
    nLayers,
    nHeads,
    signal,
    say({ layer, head }) {
      const { label, values } = current();
      setText(readout, `L${layer} H${head}  ${label} ${defined(values[layer * nHeads + head], format)}`);
    },
  });
  const legend = h("div", { class: "legend" });
  const readout = h("output", { class: "readout", "aria-live": "off" });
  const chooser = select(
    "colour",
    numbers.map(({ key, label }) => [key, label] as const),
    (key) => number?.choose(key),
    signal,
  );
  const about = h("p", { class: "caption" });
  const foot = h("div", { class: "foot" }, legend, readout);
  const root = frame(
    "grid",
    "Heads",
    number ? [chooser.root] : [],
    table.root,
    foot,
    ...(number ? [about] : []),
  );

  function current(): HeadNumber & { values: ArrayLike<number> } {
    const index = Math.max(
      0,
      numbers.findIndex(({ key }) => key === number?.chosen()),
    );
    const found = numbers[index] ?? { key: "", label: "", diverging: true, about: "" };
    return { ...found, values: data.spectra.headNumber(index) };
  }

  let coloured = "";
  function colour(): void {
    const { theme } = store.state;
    const shown = current();
    if (coloured === `${shown.key} ${theme}`) return;
    coloured = `${shown.key} ${theme}`;
    chooser.input.value = shown.key;
    setText(about, shown.about);
    const scale = headScale({ ...shown, values: extent ?? shown.values }, theme);
    for (const [i, element] of table.cells.entries()) {
      const value = shown.values[i] ?? Number.NaN;
      const fill = scale.colour(value);
      element.style.backgroundColor = css(fill);
      element.dataset.ink = inkOn(fill);
      const name = `layer ${Math.floor(i / nHeads)}, head ${i % nHeads}`;
      element.setAttribute("aria-label", `${name}: ${shown.label} ${defined(value, format)}`);
      // The neutral colour is that of zero, and a small cell has no room for a dash.
      element.toggleAttribute("data-undefined", !Number.isFinite(value));
      setText(element, scale.short(value));
    }
    legend.replaceChildren(...scaleLegend(scale));
  }

  return {
    root,
    paint(): void {
      colour();
      table.paint();
    },
  };
}
