/** What pointer and keyboard do on a picture: hover is shared by all pictures of an image, choosing is the panel's own. */

import { prefixCount } from "../lib/data.ts";
import type { PatchEvents } from "./pane.ts";
import type { PanelContext } from "./panel.ts";

/** `choose` gets the token of the patch; the keyboard cursor starts at `start`, also a token. */
export function patchEvents(
  { store, data }: PanelContext,
  image: number,
  choose: (token: number) => void,
  start: () => number,
): PatchEvents {
  const prefix = prefixCount(data.meta);
  const hovered = (): number => (store.state.hover?.image === image ? store.state.hover.patch : -1);
  const hover = (patch: number): void => {
    if (hovered() !== patch) store.set({ hover: { image, patch } });
  };
  return {
    hover,
    leave: () => store.set({ hover: null }),
    choose(patch) {
      // A finger has left before its tap counts; its numbers stay.
      hover(patch);
      choose(prefix + patch);
    },
    cursor: () => (hovered() >= 0 ? hovered() : start() - prefix),
  };
}
