/** The attention row of the query token: weights of patches as light on the picture, those of prefix tokens beside it. */

import { mix } from "../lib/colour.ts";
import { patchCount, prefixCount, tokenName } from "../lib/data.ts";
import { FOCUSABLE, h, setAttributes, setText } from "../lib/dom.ts";
import { formatBound, formatBounded } from "../lib/numbers.ts";
import { type AttentionRow, type Head, weightBound } from "../lib/scores.ts";
import { Pane } from "./pane.ts";
import type { PanelContext } from "./panel.ts";
import { patchEvents } from "./patch-events.ts";

export function attentionPicture(context: PanelContext) {
  const { store, data } = context;
  const { meta } = data;
  const prefix = prefixCount(meta);
  const panes = meta.images.map((_, image) => pictureOf(context, image));
  const title = h("p", { class: "subtitle" });
  const stage = h("div", { class: "stage" });
  const tokens = prefixButtons(context);
  const words = h("p", { class: "caption" });

  function light(pane: Pane, row: AttentionRow | undefined): number {
    const patches = row?.weights.subarray(prefix, prefix + patchCount(meta)) ?? new Float64Array(0);
    let top = 0;
    for (let patch = 0; patch < patches.length; patch++) top = Math.max(top, patches[patch] as number);
    if (top > 0) pane.paint((patch) => mix(0, (patches[patch] ?? 0) / top, store.state.view.palette));
    else pane.clear();
    return top;
  }

  return {
    root: h("div", { class: "column" }, title, stage, tokens.root, words),
    paint({ tile, image }: Head, row: AttentionRow | undefined, key: number): void {
      const { token, hover } = store.state;
      const pane = panes[image];
      if (!pane) return;
      if (stage.firstElementChild !== pane.root) stage.replaceChildren(pane.root);
      const top = light(pane, row);
      pane.outline("query", token - prefix);
      pane.outline("key", key - prefix);
      pane.outline("hover", hover?.image === image ? hover.patch : -1);
      // Where a page holds some of the modes, only these patches have a row.
      const offered = tile.nModes < meta.n_modes && !row ? meta.row_tokens : [];
      pane.offer(offered.map((offer) => offer - prefix).filter((patch) => patch >= 0));
      tokens.paint(row, token, key);
      setText(
        title,
        token < 0 ? "choose a query token" : `from query ${tokenName(meta, token)} to every key`,
      );
      setText(words, row ? rowWords(row, top) : noRowWords(token));
    },
  };
}

function rowWords({ weights, bound }: AttentionRow, top: number): string {
  const rounding = bound > 0 ? `; scores rounded to ±${formatBound(bound)}` : "";
  const brightest = formatBounded(top, weightBound(top, bound));
  return `Softmax over all ${weights.length} tokens; brightest patch ${brightest}${rounding}.`;
}

function noRowWords(token: number): string {
  if (token < 0) return "Click a patch on a picture, or a token here.";
  return (
    "The attention of this patch needs all modes, and this page holds some of them. " +
    "It carries whole rows for the dotted patches and the tokens here."
  );
}

function pictureOf(context: PanelContext, image: number): Pane {
  const { store, data, signal } = context;
  const { name, width, height } = data.meta.images[image] ?? { name: "", width: 1, height: 1 };
  const pane = new Pane({
    grid: data.meta.layout.grid,
    aspect: width / height,
    url: data.pictures[image],
    label: `${name}: attention of the query token`,
  });
  const pin = (keyToken: number): void => store.set({ keyToken });
  const start = (): number => (store.state.keyToken >= 0 ? store.state.keyToken : store.state.token);
  pane.listen(patchEvents(context, image, pin, start), signal);
  return pane;
}

/** CLS and its like have no place on the picture; each can be the query. */
function prefixButtons({ store, data: { meta }, signal }: PanelContext) {
  const buttons = meta.tokens.map((name, token) => {
    const weight = h("span", { class: "number" });
    const button = h("button", { type: "button", "data-token": token, ...FOCUSABLE }, `${name} `, weight);
    button.title = `use ${name} as the query`;
    button.addEventListener("click", () => store.set({ token, keyToken: -1 }), { signal });
    return { button, weight };
  });
  return {
    root: h("div", { class: "prefix" }, ...buttons.map(({ button }) => button)),
    paint(row: AttentionRow | undefined, query: number, key: number): void {
      for (const [token, { button, weight }] of buttons.entries()) {
        const value = row?.weights[token] ?? 0;
        setText(weight, row ? formatBounded(value, weightBound(value, row.bound)) : "");
        setAttributes(button, { "aria-pressed": String(token === query), "data-key": token === key });
      }
    },
  };
}
