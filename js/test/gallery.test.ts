import { afterEach, expect, test, vi } from "vitest";
import { HeadLists } from "../src/gallery/data.ts";
import gallery from "../src/gallery/index.ts";
import { meaningOf } from "../src/gallery/words.ts";
import { wave } from "./fixture.ts";
import {
  galleryMeta,
  galleryTraits,
  headBytes,
  LABEL,
  MODES,
  mapAt,
  NAMES,
  PATCHES,
  PLACES,
} from "./gallery-fixture.ts";
import { FakeModel, painted } from "./hosts.ts";

afterEach(() => document.body.replaceChildren());

const text = (element: Element | null | undefined): string => element?.textContent ?? "";
const dataView = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

async function open(changes: Record<string, unknown> = {}) {
  const model = new FakeModel(galleryTraits(changes));
  const el = document.createElement("div");
  document.body.append(el);
  const close = await gallery.render({ model, el });
  const root = el.querySelector(".qk-view")?.shadowRoot?.querySelector<HTMLElement>(".qk") as HTMLElement;
  await painted();
  const part = (id: string): HTMLElement => root.querySelector(`[data-testid="${id}"]`) as HTMLElement;
  const cards = (sign: "plus" | "minus"): HTMLElement[] => [
    ...part(`qk-row-${sign}`).querySelectorAll<HTMLElement>(".card"),
  ];
  const button = (words: string): HTMLElement =>
    [...root.querySelectorAll("button")].find((each) => text(each) === words) as HTMLElement;
  const act = async (action: () => void): Promise<void> => {
    action();
    await painted();
  };
  return { model, root, part, cards, button, act, close };
}

const press = (element: Element, key: string): KeyboardEvent => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true });
  element.dispatchEvent(event);
  return event;
};

test("a gallery is ready after its first paint: pictures, scores and what the mode is", async () => {
  const { root, part, cards } = await open();
  expect(root.dataset.ready).toBe("1");
  expect(text(part("qk-selection"))).toBe("L0 H0 M0");
  expect(text(part("qk-mode"))).toBe("cosine 0.75seeks its likeσ 3.00");
  expect(cards("plus")).toHaveLength(PLACES);
  expect(cards("plus").map((card) => text(card.querySelector("b")))).toEqual(["30.0", "29.0", "28.0"]);
  expect(cards("plus")[0]?.querySelector("img")?.getAttribute("src")).toMatch(/^blob:/);
  expect(text(part("qk-error"))).toBe("");
});

test("what a mode's cosine means is said in words, and what makes it less than one mode", async () => {
  const { part, act, model } = await open();
  await act(() => model.set("mode", 1));
  expect(text(part("qk-mode"))).toBe("cosine −0.50seeks its oppositeσ 2.00defined only together with M2");
  await act(() => model.set("mode", 2));
  expect(text(part("qk-mode"))).toContain("cosine 0.10not told from chance (±0.20)");
});

test("an unfinished pass is called one, and chance is not invented", async () => {
  const { part } = await open({
    mode: 2,
    meta: { ...galleryMeta({ finished: false }), mode_band: null },
  });
  expect(text(part("qk-row-plus").querySelector("output"))).toBe(
    "best of 1,000 images so far by both maxima",
  );
  expect(text(part("qk-mode"))).toBe("cosine 0.10σ 1.00defined only together with M1");
});

test("names and labels are text, whatever they hold", async () => {
  const { root, cards, part } = await open();
  expect(text(cards("plus")[0]?.querySelector("figcaption"))).toBe(`30.0 ${NAMES[0]}`);
  expect(text(part("qk-row-plus").querySelector(".suggestion"))).toContain(LABEL);
  expect(root.querySelector("img[onerror], .suggestion b")).toBeNull();
});

test("a class is called a suggestion and comes with its p-value", async () => {
  const { part, act, model } = await open();
  const suggestion = part("qk-row-plus").querySelector<HTMLElement>(".suggestion");
  expect(text(suggestion)).toBe(`suggestion${LABEL} (p = 0.0031)`);
  expect(suggestion?.querySelector(".kind")?.getAttribute("title")).toMatch(
    /^7 of the 20 best images .* not a name of the mode\.$/,
  );
  expect(part("qk-row-minus").querySelector<HTMLElement>(".suggestion")?.hidden).toBe(true);
  await act(() => model.set("mode", 1));
  expect(suggestion?.hidden).toBe(true);
});

test("an image without a thumbnail says so", async () => {
  const { cards } = await open();
  const [pictured, unpictured] = cards("plus");
  expect(text(pictured?.querySelector(".placeholder"))).toBe("");
  expect(text(unpictured?.querySelector(".placeholder"))).toBe("no thumbnail kept");
  expect(text(unpictured?.querySelector("figcaption"))).toBe("29.0 <i>owl</i> · d");
  expect(unpictured?.querySelector<HTMLImageElement>("img")?.hidden).toBe(true);
});

test("empty places say so, and so does a list without anybody", async () => {
  const { cards, part, act, model } = await open({ mode: 2 });
  expect(cards("minus")[1]?.querySelector(".outline.query")?.getAttribute("visibility")).toBe("visible");
  await act(() => model.set("mode", 0));
  const [first, second] = cards("minus");
  expect(first?.hasAttribute("data-empty")).toBe(false);
  expect(second?.hasAttribute("data-empty")).toBe(true);
  expect(text(second?.querySelector(".placeholder"))).toBe("no further image has a positive score");
  expect(second?.querySelector(".outline.query")?.getAttribute("visibility")).toBe("hidden");
  const none = part("qk-row-minus").querySelector<HTMLElement>(".none");
  expect(none?.hidden).toBe(true);
  await act(() => model.set("mode", 1));
  expect(part("qk-row-minus").querySelector<HTMLElement>(".cards")?.hidden).toBe(true);
  expect(none?.hidden).toBe(false);
  expect(text(part("qk-row-minus").querySelector(".none"))).toContain("No image has a positive score");
});

test("where a list is longer than the set, the set is what is short", async () => {
  const said = async (changes: Parameters<typeof galleryMeta>[0]): Promise<string[]> => {
    const { cards } = await open({ meta: galleryMeta(changes) });
    return cards("minus").map((card) => text(card.querySelector(".placeholder")));
  };
  expect((await said({ n_images: 2 })).slice(1)).toEqual([
    "no further image has a positive score",
    "the set has only 2 images",
  ]);
  expect((await said({ n_images: 1 }))[1]).toBe("the set has only 1 image");
  expect((await said({ n_images: 1, finished: false }))[1]).toBe("only 1 image so far");
  expect((await said({ n_images: 2, n_skipped: 1 }))[2]).toBe("only 2 images of the set could be read");
});

test("under a picture stand its class and its name, without folder and ending", async () => {
  const { cards } = await open();
  expect(text(cards("plus")[1]?.querySelector("figcaption span"))).toBe("<i>owl</i> · d");
  expect(text(cards("plus")[2]?.querySelector("figcaption span"))).toBe("e");
  expect(text(cards("minus")[0]?.querySelector("figcaption span"))).toBe("b.2");
  expect(cards("minus")[0]?.getAttribute("aria-label")).toContain("1. a folder/b.2.jpg · ");
});

test("the best pair of patches is outlined on the picture", async () => {
  const { cards } = await open();
  const picture = cards("plus")[1]?.querySelector(".pane[data-side=picture]");
  expect(picture?.querySelector(".outline.query")?.getAttribute("transform")).toBe("translate(1 0)");
  expect(picture?.querySelector(".outline.key")?.getAttribute("transform")).toBe("translate(2 1)");
});

test("under the pointer a picture tells rank, name, score and patches", async () => {
  const { cards, part, act } = await open();
  const readout = part("qk-row-plus").querySelector("output");
  expect(text(readout)).toBe("best of 1,000 images by both maxima");
  await act(() => cards("plus")[1]?.dispatchEvent(new Event("pointerover", { bubbles: true })));
  expect(text(readout)).toBe("2. d.jpg (<i>owl</i>) · score 29.0 · query r0 c1, key r1 c2");
  expect(cards("plus")[1]?.getAttribute("aria-label")).toBe(text(readout));
});

test("the words for a cosine grow with it, and chance is not given a direction", () => {
  expect([0.1, -0.1, 0.11, -0.22, 0.49, -0.5, 0.9].map((cosine) => meaningOf(cosine, 0.1))).toEqual([
    "not told from chance (±0.10)",
    "not told from chance (±0.10)",
    "leans to its like",
    "leans to its opposite",
    "leans to its like",
    "seeks its opposite",
    "seeks its like",
  ]);
  expect([meaningOf(Number.NaN, 0.1), meaningOf(0.9, Number.NaN)]).toEqual(["", ""]);
});

test("a decile is a place among the scores, not a share of lower ones", async () => {
  const { button, cards, act } = await open({ meta: galleryMeta({ deciles: [0, 0.3] }) });
  await act(() => button("deciles").click());
  const words = cards("plus").map((card) => card.getAttribute("aria-label"));
  expect(words[0]).toMatch(/^the lowest: .* · score 0\.00/);
  expect(words[1]).toMatch(/^at the 30 % decile: .* · score 0\.100/);
});

test("where one side makes the score, the words say which, and a patch that is none is not named", async () => {
  const said = async (by: "score" | "query" | "key", layout = "overlay"): Promise<string> => {
    const view = { ...(galleryTraits().view as object), layout };
    return text((await open({ meta: galleryMeta({ by }), view })).root.querySelector(".legend-of-cards p"));
  };
  expect(await said("score")).toMatch(/Outlined: the pair of patches that makes the score\.$/);
  expect(await said("query", "plain")).toBe(
    "Outlined: the query patch that makes the score, and the key patch of the largest projection above zero.",
  );
  expect(await said("key")).toMatch(
    /Outlined: the key patch that makes the score, and the query patch of the largest projection above zero\.$/,
  );
  const { root, act, model, cards } = await open({
    meta: galleryMeta({ by: "query" }),
    heads: { L0H0: dataView(headBytes(0, 0, MODES, false)) },
  });
  expect(cards("plus")[1]?.getAttribute("aria-label")).toBe(
    "2. d.jpg (<i>owl</i>) · score 29.0 · query r0 c1",
  );
  const picture = cards("plus")[1]?.querySelector(".pane[data-side=picture]");
  expect(picture?.querySelector(".outline.query")?.getAttribute("visibility")).toBe("visible");
  expect(picture?.querySelector(".outline.key")?.getAttribute("visibility")).toBe("hidden");
  await act(() => model.set("mode", 2));
  expect(text(root.querySelector(".legend-of-cards p"))).toMatch(
    /of M2, the pictures and, outlined, the query patch that makes the score, and the key patch/,
  );
});

test("a row is one stop of the tab order: arrows go along it, up and down change the mode", async () => {
  const { cards, root, act, model, part } = await open();
  expect(cards("plus").map(({ tabIndex }) => tabIndex)).toEqual([0, -1, -1]);
  cards("plus")[0]?.focus();
  await act(() => void press(cards("plus")[0] as Element, "ArrowRight"));
  expect((root.getRootNode() as ShadowRoot).activeElement).toBe(cards("plus")[1]);
  expect(cards("plus").map(({ tabIndex }) => tabIndex)).toEqual([-1, 0, -1]);
  await act(() => void press(cards("plus")[1] as Element, "End"));
  expect((root.getRootNode() as ShadowRoot).activeElement).toBe(cards("plus")[2]);
  const down = press(cards("plus")[2] as Element, "ArrowDown");
  expect(down.defaultPrevented).toBe(true);
  await painted();
  expect(text(part("qk-selection"))).toBe("L0 H0 M1");
  expect(text(part("qk-row-plus").querySelector("output"))).toMatch(/^3\. d\.jpg /);
  await expect.poll(() => model.get("mode")).toBe(1);
  await act(() => void press(cards("plus")[2] as Element, "ArrowUp"));
  await act(() => void press(cards("plus")[2] as Element, "ArrowUp"));
  expect(text(part("qk-selection"))).toBe("L0 H0 M0");
});

test("a mode without images keeps the focus in its row, and the arrow keys lead on", async () => {
  const { cards, root, act, part } = await open();
  const focused = (): Element => (root.getRootNode() as ShadowRoot).activeElement as Element;
  cards("minus")[0]?.focus();
  await act(() => void press(focused(), "ArrowDown"));
  expect(focused()).toBe(part("qk-row-minus").querySelector(".none"));
  await act(() => void press(focused(), "ArrowDown"));
  expect(text(part("qk-selection"))).toBe("L0 H0 M2");
  expect(focused()).toBe(cards("minus")[0]);
});

test("deciles are ordinary images, and are offered only where there are some", async () => {
  const { button, cards, part, act, model } = await open();
  await act(() => button("deciles").click());
  expect(cards("plus").map((card) => text(card.querySelector("b")))).toEqual(["0 %: 0.00", "100 %: 0.100"]);
  expect(text(part("qk-row-plus").querySelector("output"))).toBe(
    "ordinary images: at the deciles of the score of a sample of 200 images",
  );
  expect(part("qk-row-plus").querySelector<HTMLElement>(".suggestion")?.hidden).toBe(true);
  await expect.poll(() => (model.get("view") as { sample: string }).sample).toBe("deciles");
  const without = await open({
    meta: galleryMeta({ deciles: [] }),
    view: { ...(galleryTraits().view as object), sample: "deciles" },
  });
  expect(without.button("deciles")).toBeUndefined();
  expect(without.cards("plus")).toHaveLength(PLACES);
});

test("one sign alone, maps beside the pictures or none, and the other palette", async () => {
  const { button, part, cards, root, act } = await open();
  const cardsOf = (): HTMLElement | null => part("qk-row-plus").querySelector(".cards");
  expect(cards("plus")[0]?.hasAttribute("data-lit")).toBe(true);
  await act(() => button("−").click());
  expect(part("qk-row-plus").hidden).toBe(true);
  expect(root.dataset.signs).toBe("one");
  await act(() => button("both").click());
  await act(() => button("side by side").click());
  expect(cardsOf()?.dataset.layout).toBe("side");
  expect(cards("plus")[0]?.hasAttribute("data-lit")).toBe(false);
  await act(() => button("off").click());
  expect(cardsOf()?.dataset.layout).toBe("plain");
  await act(() => button("orange / blue").click());
  expect(root.dataset.qkPalette).toBe("orange-blue");
});

test("modes without maps keep their pictures and say what is missing", async () => {
  const { cards, root, act, model } = await open();
  await act(() => model.set("mode", 2));
  expect(cards("plus")[0]?.hasAttribute("data-lit")).toBe(false);
  expect(cards("plus")[0]?.querySelector("img")?.hidden).toBe(false);
  expect(text(root.querySelector(".legend-of-cards"))).toContain(
    "Maps are kept of the 2 strongest of the 3 modes",
  );
});

test("modes that were left out of a page are said to be", async () => {
  const { part } = await open({ mode: 2, heads: { L0H0: dataView(headBytes(0, 0, 1)) } });
  expect(text(part("qk-row-plus").querySelector(".none"))).toBe(
    "The images of M2 are not in this page: it holds M0 to M0 of each head.",
  );
});

test("a head that is not in a page without a kernel is said to be missing", async () => {
  const { part, act, model } = await open({ heads: { L0H0: dataView(headBytes(0, 0)) } });
  await act(() => model.set("head", 1));
  expect(text(part("qk-error"))).toBe("The images of L0 H1 are not in this page.");
  await act(() => model.set("head", 0));
  expect(text(part("qk-error"))).toBe("");
});

test("maps and lists are read at the place of their mode, sign, rank and side", () => {
  const lists = new HeadLists(headBytes(0, 1), 0, 1);
  const source = wave(2 * 2 * PLACES * 2 * PATCHES, 2);
  for (const [mode, sign, place] of [
    [0, 0, 0],
    [1, 1, 2],
  ] as const) {
    for (const [i, side] of (["query", "key"] as const).entries()) {
      const at = mapAt(mode, sign, place, i);
      const map = lists.map("top", side, mode, sign ? "-" : "+", place) ?? [];
      for (const [patch, value] of map.entries()) expect(value).toBeCloseTo(source[at + patch] as number, 1);
    }
  }
  expect(lists.map("top", "query", 2, "+", 0)).toBeUndefined();
  expect(lists.hits("top", 0, "-").map(({ image }) => image)).toEqual([1, -1, -1]);
});

test("a live view asks for the head and then for the pictures that it shows", async () => {
  const { model, cards, part, act } = await open({ live: true, heads: {}, thumbnails: {} });
  expect(model.sent.map(({ kind, layer, head }) => [kind, layer, head])).toEqual([["need", 0, 0]]);
  const { id } = model.sent[0] as { id: string };
  await act(() => model.deliver({ kind: "ack", id }));
  await act(() => model.deliver({ kind: "tile", id, layer: 0, head: 0 }, [dataView(headBytes(0, 0))]));
  expect(cards("plus")).toHaveLength(PLACES);
  const pictures = model.sent[1] as unknown as { id: string; images: number[] };
  expect(pictures.images).toEqual([0, 4, 1]);
  await act(() => model.deliver({ kind: "ack", id: pictures.id }));
  await act(() =>
    model.deliver({ kind: "tile", id: pictures.id, images: pictures.images }, [
      dataView(Uint8Array.of(1)),
      dataView(Uint8Array.of(2)),
      dataView(Uint8Array.of(3)),
    ]),
  );
  expect(cards("plus")[0]?.querySelector("img")?.getAttribute("src")).toMatch(/^blob:/);
  await act(() => model.set("mode", 1));
  expect((model.sent[2] as unknown as { images: number[] }).images).toEqual([2]);
  expect(text(part("qk-error"))).toBe("");
});

test("a kernel that fails is quoted, one that is silent is missed, and one that comes back is forgiven", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const model = new FakeModel(galleryTraits({ live: true, heads: {}, thumbnails: {} }));
    const el = document.createElement("div");
    document.body.append(el);
    await gallery.render({ model, el });
    const root = el.querySelector(".qk-view")?.shadowRoot?.querySelector(".qk") as HTMLElement;
    const part = (id: string): string => text(root.querySelector(`[data-testid="${id}"]`));
    const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));
    await vi.advanceTimersByTimeAsync(2100);
    await frame();
    expect(part("qk-note")).toContain("The kernel does not answer yet");
    const { id } = model.sent[0] as { id: string };
    model.deliver({ kind: "ack", id });
    await frame();
    expect(part("qk-note")).toBe("");
    model.deliver({ kind: "error", id, message: "KeyError: <b>4</b>" });
    await frame();
    expect(part("qk-error")).toBe("KeyError: <b>4</b>");
  } finally {
    vi.useRealTimers();
  }
});

test("only the head wanted last is asked for after the one under way", async () => {
  const { model, act, root } = await open({ live: true, heads: {} });
  await act(() => model.set("layer", 1));
  await act(() => model.set("head", 1));
  expect(model.sent).toHaveLength(1);
  await expect.poll(() => root.hasAttribute("data-waiting")).toBe(true);
  const { id } = model.sent[0] as { id: string };
  await act(() => model.deliver({ kind: "ack", id }));
  await act(() => model.deliver({ kind: "tile", id, layer: 0, head: 0 }, [dataView(headBytes(0, 0))]));
  expect(model.sent.map(({ layer, head }) => [layer, head])).toEqual([
    [0, 0],
    [1, 1],
  ]);
  expect(root.hasAttribute("data-waiting")).toBe(true);
});

test("data that are broken are said to be, and new data mount the view anew", async () => {
  const { root, model, act, part } = await open({ images: dataView(Uint8Array.of(1, 2, 3)) });
  expect(text(part("qk-error"))).toContain("must be whole safetensors bytes");
  await act(() => model.set("images", galleryTraits().images));
  expect(text(root.querySelector("[data-testid=qk-selection]"))).toBe("L0 H0 M0");
});

test("a view that is closed listens to nothing and gives its pictures back", async () => {
  const revoked = vi.spyOn(URL, "revokeObjectURL");
  const { model, close } = await open();
  expect(model.listeners).toBeGreaterThan(0);
  close();
  expect(model.listeners).toBe(0);
  expect(revoked).toHaveBeenCalledTimes(3);
  revoked.mockRestore();
});
