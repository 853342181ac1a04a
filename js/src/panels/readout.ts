/** The line under the images: what the patch under the pointer projects to, and what the pair adds to the score. */

import { prefixCount, tokenName } from "../lib/data.ts";
import { formatBounded } from "../lib/numbers.ts";
import { contribution, shownSign } from "../lib/scores.ts";
import type { Tile } from "../lib/tile.ts";
import type { PanelContext } from "./panel.ts";

export function hoverReadout({ store, data }: PanelContext, tile: Tile): string {
  const { hover, mode, image, token, layer, head } = store.state;
  const { meta, spectra } = data;
  if (mode >= tile.nModes) return "";
  if (!hover) return "Hover a patch for its numbers; click one to make it the query.";
  const key = prefixCount(meta) + hover.patch;
  const factor = shownSign(store.state.sign, tile, mode) === "-" ? -1 : 1;
  const number = (side: "query" | "key"): string =>
    formatBounded(
      factor * tile.projection(side, hover.image, mode, key),
      tile.bound(side, hover.image, mode),
    );
  const words = `${tokenName(meta, key)}  query ${number("query")}  key ${number("key")}`;
  if (token < 0 || hover.image !== image) return words;
  const { value, bound } = contribution({ meta, spectra, tile, image }, mode, token, key);
  return `${words}  · L${layer} H${head} M${mode} adds ${formatBounded(value, bound)} to the score of query ${tokenName(meta, token)} with this key`;
}
