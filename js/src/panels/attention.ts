/**
 * What makes one attention weight? The row of a query token on the picture, the parts of one score, the image's modes.
 *
 * A softmax is shown only of complete scores. Where a page holds some of the modes, rows exist for `meta.row_tokens` only;
 * elsewhere the parts that are here are shown, with a named rest.
 */

import { prefixCount } from "../lib/data.ts";
import { h, setText } from "../lib/dom.ts";
import { placesOfLargest } from "../lib/numbers.ts";
import { type AttentionRow, attentionRow, type Head } from "../lib/scores.ts";
import { attentionPicture } from "./attention-picture.ts";
import { pairView } from "./pair.ts";
import { currentTile, frame, type Panel, type PanelContext, type Shown } from "./panel.ts";
import { rankingView } from "./ranking.ts";

export function attentionPanel(context: PanelContext): Panel {
  const { store, data } = context;
  const picture = attentionPicture(context);
  const pair = pairView(context);
  const ranking = rankingView(context);
  const columns = h("div", { class: "columns" }, picture.root, pair.root, ranking.root);
  const tag = h("span", { class: "tag" });
  return {
    root: frame("attention", "What makes the attention", [tag], columns),
    keys: ["tile", "layer", "head", "mode", "image", "token", "view", "theme", "hover", "keyToken"],
    paint() {
      const { state } = store;
      const tile = currentTile(state);
      if (!tile) return;
      setText(
        tag,
        `L${state.layer} H${state.head} on ${data.meta.images[state.image]?.name ?? "this image"}`,
      );
      const head: Head = { meta: data.meta, spectra: data.spectra, tile, image: state.image };
      const row = state.token < 0 ? undefined : attentionRow(head, state.token);
      const key = keyOf(state, row, prefixCount(data.meta));
      picture.paint(head, row, key);
      pair.paint(head, row, key);
      ranking.paint(tile.nModes);
    },
  };
}

/** The hovered key, else the pinned one, else the token that gets most of the attention. */
function keyOf(
  { hover, image, keyToken, token }: Shown,
  row: AttentionRow | undefined,
  prefix: number,
): number {
  if (hover?.image === image) return prefix + hover.patch;
  if (keyToken >= 0) return keyToken;
  return row ? (placesOfLargest(row.weights, 1)[0] ?? token) : token;
}
