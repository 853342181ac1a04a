/** The pictures of one sign of the mode, best first; one stop in the tab order, arrow keys go along it. */

import { FOCUSABLE, h, setAttributes, setText } from "../lib/dom.ts";
import { clamp, counted, format, formatPercent } from "../lib/numbers.ts";
import type { Side, Sign } from "../lib/tile.ts";
import { galleryColumns } from "../panels/overlay.ts";
import { Card, type Shot } from "./card.ts";
import { currentLists, type GalleryContext, type Part } from "./context.ts";
import {
  type GalleryMeta,
  type HeadLists,
  type Hit,
  type Images,
  patchName,
  type Sample,
  type Suggestion,
} from "./data.ts";

/** Most pictures in a line of a narrow, a middling and a wide view. */
const WIDTHS = { narrow: 2, middle: 4, wide: 8 } as const;
const SIDES: readonly Side[] = ["query", "key"];

/** Which projections a sign asks for: those of the sides that make the score. */
function meaningOf(sign: Sign, by: GalleryMeta["gallery"]["by"]): string {
  const sides = by === "score" ? "query and key both" : `the ${by}`;
  const directions = by === "score" ? "their directions" : "its direction";
  return sign === "+"
    ? `${sides} along ${directions}`
    : `${sides} against ${directions}; maps are shown turned round`;
}

export function galleryRow(context: GalleryContext, sign: Sign): Part {
  const { store, data, images, thumbnails, signal } = context;
  const { meta } = data;
  const symbol = sign === "-" ? "−" : "+";
  const title = h("h3", {}, `Sign ${symbol}`);
  const suggestion = h("p", { class: "suggestion", hidden: true });
  const readout = h("output", { class: "readout", "aria-live": "off" });
  const cards = h("div", {
    class: "cards",
    role: "group",
    "aria-label": `Sign ${symbol}: ${meaningOf(sign, meta.gallery.by)}`,
  });
  const none = h("p", { class: "none", tabindex: -1, hidden: true, ...FOCUSABLE });
  const pool: Card[] = [];
  /** where the tab order enters the row */
  let current = 0;
  /** the place under the pointer or with the focus, -1: none */
  let told = -1;
  let words: readonly string[] = [];

  const root = h(
    "section",
    { class: "row-of-cards", "data-sign": sign, "data-testid": `qk-row-${sign === "-" ? "minus" : "plus"}` },
    h("header", {}, title, suggestion, readout),
    none,
    cards,
  );

  const placeOf = (event: Event): number =>
    pool.findIndex(({ root: card }) => card === (event.target as Element).closest?.(".card"));
  const tell = (place: number): void => {
    told = place;
    setText(readout, words[place] ?? (words.length ? resting() : ""));
  };
  cards.addEventListener("pointerover", (event) => tell(placeOf(event)), { signal });
  cards.addEventListener("pointerleave", () => tell(-1), { signal });
  cards.addEventListener("focusin", (event) => tell(reached(placeOf(event))), { signal });
  cards.addEventListener("focusout", () => tell(-1), { signal });
  for (const focused of [cards, none]) focused.addEventListener("keydown", onKey, { signal });

  /** Remembers where the row is entered next. */
  function reached(place: number): number {
    if (place < 0) return place;
    setAttributes(pool[current]?.root ?? root, { tabindex: -1 });
    current = place;
    setAttributes(pool[current]?.root ?? root, { tabindex: 0 });
    return place;
  }

  function onKey(event: KeyboardEvent): void {
    const last = pool.length - 1;
    const places: Record<string, number> = {
      ArrowLeft: current - 1,
      ArrowRight: current + 1,
      Home: 0,
      End: last,
    };
    const modes: Record<string, number> = { ArrowUp: -1, ArrowDown: 1 };
    if (event.key in places) pool[clamp(places[event.key] ?? 0, 0, last)]?.root.focus();
    else if (event.key in modes)
      store.set({ mode: clamp(store.state.mode + (modes[event.key] ?? 0), 0, meta.n_modes - 1) });
    else return;
    event.preventDefault();
  }

  const resting = (): string => {
    const { n_images, n_skipped, n_sampled, finished, score } = meta.gallery;
    const unread = n_skipped ? ` (${n_skipped} more could not be read)` : "";
    const so = finished ? "" : " so far";
    return store.state.view.sample === "top"
      ? `best of ${counted(n_images, "image")}${so}${unread} by ${score}`
      : `ordinary images: at the deciles of the score of ${n_sampled < n_images ? "a sample of " : ""}${counted(n_sampled, "image")}`;
  };

  /** Why a place of the list is empty: there are no more images at all, or none that the mode answers to. */
  function nobody(place: number): string {
    const { n_images, n_skipped, finished } = meta.gallery;
    if (place < n_images) return EMPTY;
    if (n_skipped) return `only ${counted(n_images, "image")} of the set could be read`;
    return finished
      ? `the set has only ${counted(n_images, "image")}`
      : `only ${counted(n_images, "image")} so far`;
  }

  function caption(sample: Sample, place: number, { score }: Hit): string {
    if (sample === "top") return format(score);
    return `${formatPercent(meta.gallery.deciles[place] ?? Number.NaN)}: ${format(score)}`;
  }

  function describe(sample: Sample, place: number, hit: Hit): string {
    const rank = sample === "top" ? `${place + 1}.` : `${decileName(meta.gallery.deciles[place])}:`;
    const patches = SIDES.flatMap((side) => (hit[side] < 0 ? [] : `${side} ${patchName(meta, hit[side])}`));
    const where = patches.length ? ` · ${patches.join(", ")}` : "";
    const label = images.label(hit.image);
    return `${rank} ${images.name(hit.image)}${label && ` (${label})`} · score ${format(hit.score)}${where}`;
  }

  function shot(lists: HeadLists, place: number, hit: Hit, ranges: Shot["ranges"]): Shot {
    const { mode, view } = store.state;
    const map = (side: Side) => lists.map(view.sample, side, mode, sign, place);
    const [query, key] = SIDES.map(map);
    return {
      name: shortName(images, hit.image),
      words: words[place] ?? "",
      caption: caption(view.sample, place, hit),
      pair: { query: hit.query, key: hit.key },
      maps: query && key ? { query, key } : undefined,
      ranges,
      missing: images.isPictured(hit.image) ? "" : "no thumbnail kept",
    };
  }

  function resize(count: number): void {
    // Without a list the cards are hidden, and wait for the next one.
    if (pool.length === count || count === 0) return;
    while (pool.length < count) pool.push(new Card(meta));
    pool.length = count;
    current = Math.min(current, Math.max(0, count - 1));
    cards.replaceChildren(...pool.map((card) => card.root));
    for (const [name, most] of Object.entries(WIDTHS))
      cards.style.setProperty(`--${name}`, String(galleryColumns(count, most)));
    for (const [place, card] of pool.entries())
      setAttributes(card.root, { tabindex: place === current ? 0 : -1 });
  }

  function repaint(lists: HeadLists, hits: readonly Hit[]): void {
    const { mode, view, theme } = store.state;
    const found = hits.filter(({ image }) => image >= 0).length;
    resize(hits.length);
    words = hits.map((hit, place) => (hit.image < 0 ? nobody(place) : describe(view.sample, place, hit)));
    const range = (side: Side): number => lists.range(view.sample, side, mode);
    const ranges = { query: range("query"), key: range("key") };
    for (const [place, hit] of hits.entries()) {
      if (hit.image < 0) pool[place]?.empty(nobody(place));
      else pool[place]?.show(shot(lists, place, hit, ranges), { ...view, theme });
    }
    const { activeElement } = root.getRootNode() as ShadowRoot;
    const focused = activeElement === none || cards.contains(activeElement);
    setAttributes(cards, { hidden: found === 0, "data-layout": view.layout });
    setAttributes(none, { hidden: found > 0 });
    // What hides loses the focus, and with it the arrow keys that lead on.
    if (focused) (found > 0 ? pool[current]?.root : none)?.focus();
    const guess = view.sample === "top" ? lists.suggestion(mode, sign) : undefined;
    setAttributes(suggestion, { hidden: !guess });
    suggestion.replaceChildren(...(guess ? suggested(guess) : []));
  }

  let painted: readonly unknown[] = [];
  return {
    root,
    keys: ["lists", "layer", "head", "mode", "sign", "view", "theme", "pictures"],
    paint() {
      const { mode, sign: chosen, view, theme } = store.state;
      setAttributes(root, { hidden: chosen !== "both" && chosen !== sign });
      const lists = currentLists(store.state);
      if (!lists || root.hidden) return;
      const held = mode < lists.nModes;
      const hits = held ? lists.hits(view.sample, mode, sign) : [];
      // Pictures come one after the other, and change no map.
      const inputs = [lists, mode, view, theme];
      if (inputs.some((input, i) => input !== painted[i])) {
        painted = inputs;
        repaint(lists, hits);
        setText(none, held ? NOBODY : notHere(mode, lists.nModes));
      }
      for (const [place, { image }] of hits.entries()) pool[place]?.picture(thumbnails.url(image));
      tell(told);
    },
  };
}

/** Its class and its name, without folder and ending: there is little room under a picture. */
function shortName(images: Images, image: number): string {
  const name = images
    .name(image)
    .replace(/^.*\//, "")
    .replace(/\.\w{2,5}$/, "");
  return [images.label(image), name].filter(Boolean).join(" · ");
}

/** A place in the order of the scores: of equal scores, none is less. */
const decileName = (fraction = Number.NaN): string =>
  fraction === 0 ? "the lowest" : fraction === 1 ? "the highest" : `at the ${formatPercent(fraction)} decile`;

const NOBODY = "No image has a positive score for this sign of the mode.";
const EMPTY = "no further image has a positive score";

const notHere = (mode: number, held: number): string =>
  `The images of M${mode} are not in this page: it holds M0 to M${held - 1} of each head.`;

/** Always called what it is. */
function suggested({ label, hits, of, p_adjusted }: Suggestion): HTMLElement[] {
  const about =
    `${hits} of the ${of} best images of one half of the set, after the class had stood out in the other half; p is ` +
    "corrected over all modes and signs. A hint to look closer, not a name of the mode.";
  return [
    h("span", { class: "kind", title: about, ...FOCUSABLE, tabindex: 0 }, "suggestion"),
    h("span", {}, `${label} (p = ${format(p_adjusted, 2)})`),
  ];
}
