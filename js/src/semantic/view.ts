/** Puts one semantic view together and feeds it tables. */

import type { ViewProps } from "../lib/afm.ts";
import { toBytes } from "../lib/bytes.ts";
import { loadData } from "../lib/data.ts";
import { h } from "../lib/dom.ts";
import { initialState, keepPainted, mountOn } from "../lib/mount.ts";
import { leftOutLine, noticeLines } from "../lib/notices.ts";
import { segmented } from "../lib/segmented.ts";
import { bindTraits, Store, setView } from "../lib/store.ts";
import { aboutPanel } from "../panels/about.ts";
import { controlsBar, withinModel } from "../panels/controls.ts";
import { headGrid } from "../panels/grid.ts";
import { type Part, type SemanticContext, SHARED, type Shown } from "./context.ts";
import { type Level, Segments, Summary } from "./data.ts";
import { feedTables } from "./feed.ts";
import type { State } from "./index.ts";
import { modeStrip, modeWords } from "./mode.ts";
import { picturePanel } from "./picture.ts";
import { sharesPanel } from "./shares.ts";
import { tablePanel } from "./table.ts";

const DATA = ["meta", "spectra", "pictures", "segments", "summary", "heads", "live"] as const;

const DEFAULT_VIEW: State["view"] = { level: "objects", number: "typed", counted: "all" };

export const mount = (view: ViewProps): Promise<void> =>
  mountOn(view, DATA, async (current) => {
    const { model, signal } = current;
    const trait = <K extends keyof State>(name: K): State[K] => model.get(name) as State[K];
    const meta = trait("meta");
    const data = await loadData({ meta, spectra: trait("spectra"), pictures: trait("pictures") }, signal);
    const segments = new Segments(await toBytes(trait("segments")));
    const summary = new Summary(await toBytes(trait("summary")), meta);
    if (!signal.aborted) await compose(current, { data: { ...data, meta }, segments, summary });
  });

async function compose(
  view: ViewProps,
  given: Pick<SemanticContext, "data" | "segments" | "summary">,
): Promise<void> {
  const { model, root, signal } = view;
  const { meta } = given.data;
  const store = new Store<Shown>(
    initialState<Shown>(model, SHARED, DEFAULT_VIEW, { tables: null, pair: null }),
    signal,
  );
  const context: SemanticContext = { ...given, store, signal };
  const bar = controlsBar(context);
  const mode = modeWords(context);
  const strip = modeStrip(context);
  const level = levelOption(context);
  const picture = picturePanel(context);
  const table = tablePanel(context);
  const shares = sharesPanel(context);
  const number = {
    chosen: () => store.state.view.number,
    choose: (key: string) => setView(store, { number: key }),
  };
  const heads = { ...headGrid(context, number), keys: ["layer", "head", "view", "theme"] as const };
  const notices = noticeLines(store, model.get("live") as boolean);

  const inside = (): void => store.set(withinModel(meta, store.state));
  inside();
  store.watch(["layer", "head", "mode", "image"], inside, signal);
  bindTraits(model, store, SHARED, signal);
  const delivered = feedTables(model, root, store, signal);
  keepPainted([bar, mode, strip, level, picture, table, shares, heads, notices], store, view);
  root.replaceChildren(
    bar.root,
    mode.root,
    strip.root,
    ...notices.roots,
    ...(meta.images.some(({ part_object }) => hasParts(part_object)) ? [level.root] : []),
    h(
      "div",
      { class: "tier" },
      picture.root,
      h("div", { class: "column" }, table.root, shares.root, heads.root),
    ),
    ...leftOutLine(meta.left_out),
    aboutPanel({ meta }, []),
  );
  await delivered;
  if (!signal.aborted) store.flush();
}

/** Where every object is one part, its parts tell nothing new. */
const hasParts = (owners: readonly number[]): boolean => new Set(owners).size < owners.length;

function levelOption({ store, signal }: SemanticContext): Part {
  const level = segmented<Level>(
    "segments",
    [
      ["objects", "objects"],
      ["parts", "parts"],
    ],
    (value) => setView(store, { level: value }),
    signal,
  );
  return {
    root: h("div", { class: "options" }, level.root),
    keys: ["view"],
    paint: () => level.paint(store.state.view.level),
  };
}
