/** Which modes matter for the current image? By share of the visible score, by peak, or by energy. */

import type { Rank } from "../lib/data.ts";
import { FOCUSABLE, h, select, setAttributes, setText } from "../lib/dom.ts";
import { counted, finiteOr, format, formatPercent, placesOfLargest } from "../lib/numbers.ts";
import { setView } from "../lib/store.ts";
import { chooseModeOnClick } from "./choose-mode.ts";
import type { PanelContext } from "./panel.ts";

const SHOWN = 8;
const WORDS: Record<Rank, string> = {
  share:
    "Share of the visible score (patches to patches). Shares add up to 1 and can be negative: such a mode opposes the total.",
  peak: "Largest σ · query · key over the patches, the reading closest to optimal images. Does not add up.",
  energy:
    "Squared size of the mode’s part over that of the visible score. Does not add up to 1: modes overlap.",
};

export function rankingView({ store, data: { meta, spectra }, signal }: PanelContext) {
  const title = h("p", { class: "subtitle" });
  const by = select(
    "by",
    (["share", "peak", "energy"] as const).map((rank) => [rank, rank] as const),
    (rank) => setView(store, { rank: rank as Rank }),
    signal,
  );
  const rows = Array.from({ length: Math.min(SHOWN, meta.n_modes) }, () => rankRow());
  const rest = h("p", { class: "total" });
  const note = h("p", { class: "caption" });
  const list = h("div", { class: "ranks" }, ...rows.map(({ root }) => root));
  const root = h("div", { class: "column" }, h("div", { class: "line" }, title, by.root), list, rest, note);
  chooseModeOnClick(list, store, signal);

  return {
    root,
    paint(available: number): void {
      const { layer, head, image, mode, view } = store.state;
      const values = spectra.ranking(view.rank, image, layer, head);
      const order = placesOfLargest(values, rows.length);
      const first = order.map((n) => finiteOr(values[n], 0));
      const extent = Math.max(...first.map(Math.abs)) || 1;
      if (by.input.value !== view.rank) by.input.value = view.rank;
      const words = `modes of ${meta.images[image]?.name ?? "this image"}`;
      setText(title, words);
      setAttributes(title, { title: words });
      for (const [i, row] of rows.entries()) {
        const n = order[i] ?? 0;
        row.paint({
          mode: n,
          value: values[n] ?? Number.NaN,
          extent,
          rank: view.rank,
          selected: n === mode,
          held: n < available,
        });
      }
      setText(rest, restWords(view.rank, first));
      setText(note, WORDS[view.rank]);
    },
  };

  function restWords(rank: Rank, shown: readonly number[]): string {
    if (rank !== "share") return `${meta.n_modes - shown.length} more modes, each smaller`;
    const { layer, head, image } = store.state;
    const bias = spectra.shareOfBias(image, layer, head);
    const left = 1 - bias - shown.reduce((total, share) => total + share, 0);
    return `bias ${formatPercent(bias)} · not shown ${formatPercent(left)} (${counted(meta.n_modes - shown.length, "mode")})`;
  }
}

interface Ranked {
  readonly mode: number;
  readonly value: number;
  readonly extent: number;
  readonly rank: Rank;
  readonly selected: boolean;
  readonly held: boolean;
}

function rankRow() {
  const name = h("span", { class: "name" });
  const fill = h("i");
  const number = h("span", { class: "number" });
  const root = h(
    "button",
    { type: "button", class: "rank", ...FOCUSABLE },
    name,
    h("span", { class: "track" }, fill),
    number,
  );
  let drawn = "";
  return {
    root,
    paint({ mode, value, extent, rank, selected, held }: Ranked): void {
      setText(name, `M${mode}`);
      setText(number, rank === "peak" ? format(value) : formatPercent(value));
      const width = `${Math.round((1000 * Math.max(0, value)) / extent || 0) / 10}%`;
      if (width !== drawn) fill.style.width = width;
      drawn = width;
      setAttributes(root, {
        "data-mode": mode,
        "aria-pressed": String(selected),
        "data-hollow": !held,
        title: held ? undefined : "its maps are not in this page",
      });
    },
  };
}
