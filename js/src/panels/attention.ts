/**
 * What makes one attention weight? The row of a query token on the picture, the parts of one score, the image's modes.
 *
 * A softmax is shown only of complete scores. Where a page holds some of the modes, rows exist for `meta.row_tokens` only;
 * elsewhere the parts that are here are shown, with a named rest.
 */

import { mix } from "../lib/colour.ts";
import { patchCount, prefixCount, tokenName } from "../lib/data.ts";
import { FOCUSABLE, h, setAttributes, setText } from "../lib/dom.ts";
import { format, formatBounded } from "../lib/numbers.ts";
import { type AttentionRow, attentionRow, type Head, weightBound } from "../lib/scores.ts";
import { pairView } from "./pair.ts";
import { Pane } from "./pane.ts";
import { currentTile, frame, type Panel, type PanelContext, type Shown } from "./panel.ts";
import { rankingView } from "./ranking.ts";

export function attentionPanel(context: PanelContext): Panel {
  const { store, data, signal } = context;
  const { meta } = data;
  const prefix = prefixCount(meta);
  const title = h("p", { class: "subtitle" });
  const stage = h("div", { class: "stage" });
  const panes = meta.images.map((image, i) => {
    const pane = new Pane({
      grid: meta.layout.grid,
      aspect: image.width / image.height,
      url: data.pictures[i],
      label: `${image.name}: attention of the query patch`,
    });
    pane.listen(keyEvents(context, i), signal);
    return pane;
  });
  const prefixRow = prefixButtons(context);
  const scale = h("p", { class: "caption" });
  const pair = pairView(context);
  const ranking = rankingView(context);
  const picture = h("div", { class: "column" }, title, stage, prefixRow.root, scale);
  const root = frame(
    "attention",
    "What makes the attention",
    [],
    h("div", { class: "columns" }, picture, pair.root, ranking.root),
  );

  function paintRow(row: AttentionRow | undefined, state: Shown, keyToken: number): void {
    const pane = panes[state.image];
    if (!pane) return;
    if (stage.firstElementChild !== pane.root) stage.replaceChildren(pane.root);
    const patches = row?.weights.subarray(prefix, prefix + patchCount(meta));
    const top = patches?.reduce((a, b) => Math.max(a, b), 0) ?? 0;
    if (patches && top > 0) pane.paint((patch) => mix(0, (patches[patch] ?? 0) / top, state.view.palette));
    else pane.clear();
    pane.outline("query", state.token - prefix);
    pane.outline("key", keyToken - prefix);
    pane.outline("hover", state.hover?.image === state.image ? state.hover.patch : -1);
    pane.offer(
      row || !partial() ? [] : meta.row_tokens.map((token) => token - prefix).filter((patch) => patch >= 0),
    );
    const query = state.token < 0 ? "" : tokenName(meta, state.token);
    setText(title, query ? `from query ${query} to every key` : "choose a query token");
    setText(scale, row ? rowWords(row, top) : noRowWords(state.token));
    prefixRow.paint(row, state.token, keyToken);
  }

  const partial = (): boolean => (currentTile(store.state)?.nModes ?? 0) < meta.n_modes;

  function rowWords(row: AttentionRow, top: number): string {
    const exactness = row.bound > 0 ? `; scores rounded to ±${format(row.bound, 1)}` : "";
    return `Softmax over all ${row.weights.length} tokens; brightest patch ${format(top)}${exactness}.`;
  }

  function noRowWords(token: number): string {
    if (token < 0) return "Click a patch on a picture, or a token here.";
    return "The attention of this patch needs all modes, and this page holds some of them. It carries whole rows for the dotted patches and the tokens here.";
  }

  return {
    root,
    keys: ["tile", "layer", "head", "mode", "image", "token", "view", "theme", "hover", "keyToken"],
    paint() {
      const state = store.state;
      const tile = currentTile(state);
      if (!tile) return;
      const head: Head = { meta, spectra: data.spectra, tile, image: state.image };
      const row = state.token < 0 ? undefined : attentionRow(head, state.token);
      const keyToken = keyOf(state, row);
      paintRow(row, state, keyToken);
      pair.paint(head, row, keyToken);
      ranking.paint(tile.nModes);
    },
  };

  /** The hovered key, else the pinned one, else the patch or token that gets most of the attention. */
  function keyOf({ hover, image, keyToken, token }: Shown, row: AttentionRow | undefined): number {
    if (hover?.image === image) return prefix + hover.patch;
    if (keyToken >= 0) return keyToken;
    return row ? row.weights.indexOf(row.weights.reduce((a, b) => Math.max(a, b), 0)) : token;
  }
}

function keyEvents({ store, data }: PanelContext, image: number) {
  const prefix = prefixCount(data.meta);
  return {
    hover: (patch: number): void => {
      if (store.state.hover?.patch !== patch) store.set({ hover: { image, patch } });
    },
    leave: () => store.set({ hover: null }),
    choose: (patch: number) => store.set({ keyToken: prefix + patch }),
    cursor: () => {
      const { hover, keyToken, token } = store.state;
      return hover?.image === image ? hover.patch : (keyToken >= 0 ? keyToken : token) - prefix;
    },
  };
}

/** CLS and its like have no place on the picture: their weights stand beside it, and each can be the query. */
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
