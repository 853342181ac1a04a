import { afterEach, expect, test, vi } from "vitest";
import {
  between,
  CELL_NUMBERS,
  CELLS,
  cellShare,
  headPoint,
  isNumberIn,
  type Point,
  shares,
  VARIANTS,
} from "../src/factors/cells.ts";
import { HeadMaps } from "../src/factors/data.ts";
import factors from "../src/factors/index.ts";
import { rangeOf, valuesOf } from "../src/factors/map-pane.ts";
import { REST_MS } from "../src/factors/supply.ts";
import { discAt, place, RISE, SIDE, shades } from "../src/factors/triangle.ts";
import { ACK_TIMEOUT_MS } from "../src/lib/requests.ts";
import {
  ALPHA,
  BETA,
  ENERGY,
  energiesBytes,
  factorMeta,
  factorTraits,
  HEADS,
  LAYERS,
  MAPPED,
  MEAN,
  MODES,
  mapsBytes,
  NASTY,
  PATCHES,
  SIGMA,
  spectraBytes,
  values,
} from "./factors-fixture.ts";
import { FakeModel, painted } from "./hosts.ts";

afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

const text = (element: Element | null | undefined): string => element?.textContent ?? "";
const dataView = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

async function open(changes: Record<string, unknown> = {}, options = {}) {
  const model = new FakeModel(factorTraits(changes, options));
  const el = document.createElement("div");
  document.body.append(el);
  const close = await factors.render({ model, el });
  const root = el.querySelector(".qk-view")?.shadowRoot?.querySelector<HTMLElement>(".qk") as HTMLElement;
  await painted();
  const part = (id: string): HTMLElement => root.querySelector(`[data-testid="${id}"]`) as HTMLElement;
  const button = (words: string): HTMLButtonElement =>
    [...root.querySelectorAll("button")].find((each) => text(each) === words) as HTMLButtonElement;
  const act = async (action: () => void): Promise<void> => {
    action();
    await painted();
  };
  const cell = (layer: number, head: number): HTMLElement =>
    part("qk-grid").querySelector(`[data-layer="${layer}"][data-head="${head}"]`) as HTMLElement;
  const share = (name: string, column: number): string =>
    text(part("qk-cells").querySelectorAll(`tr[data-cell="${name}"] td`)[column]);
  return { model, root, part, button, act, cell, share, close };
}

const press = (element: Element, key: string): void => {
  element.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true }),
  );
};
const click = (element: Element | null | undefined): void => {
  element?.dispatchEvent(new MouseEvent("click", { bubbles: true, composed: true }));
};

// cells

test.each(VARIANTS.map(([variant]) => variant))(
  "shares of %s sum to one over the cells that it looks at",
  (variant) => {
    const found = shares(ENERGY, variant);
    expect(found.reduce((sum, share) => sum + (share || 0), 0)).toBeCloseTo(1, 12);
    for (const [i, { name }] of CELLS.entries()) {
      const isOut = (variant !== "all" && name[1] === "M") || (variant === "drop_mean" && name[0] === "M");
      expect(Number.isNaN(found[i]), name).toBe(isOut);
    }
  },
);

test("a head without energy has no shares, and no point", () => {
  expect(shares(new Float32Array(9), "all").every(Number.isNaN)).toBe(true);
});

test("a head’s point is that of its modes, weighted by σ²", () => {
  const expected = [0, 1, 2].map((factor) => {
    const weighted = SIGMA.slice(0, 3).map(
      (sigma, n) => sigma ** 2 * (between(ALPHA[n] as number[], BETA[n] as number[])[factor] as number),
    );
    return weighted.reduce((a, b) => a + b, 0) / 6;
  });
  for (const [i, share] of headPoint(ENERGY).entries()) expect(share).toBeCloseTo(expected[i] as number, 12);
});

test("a number of several cells is their sum, and exists only with all of them", () => {
  const either = CELL_NUMBERS.find(({ key }) => key === "cell:either");
  expect(cellShare(either as (typeof CELL_NUMBERS)[number], ENERGY, "drop_mean")).toBeCloseTo(0.5 / 4, 12);
  expect(isNumberIn("cell:either", "drop_mean")).toBe(true);
  expect(isNumberIn("cell:unseen", "visible")).toBe(false);
  expect(isNumberIn("cell:MC", "visible")).toBe(true);
  expect(isNumberIn("label", "visible")).toBe(true);
});

// the triangle

test("corners are where their names are", () => {
  expect(place([1, 0, 0])).toEqual([SIDE / 2, 0]);
  expect(place([0, 1, 0])).toEqual([0, RISE]);
  expect(place([0, 0, 1])).toEqual([SIDE, RISE]);
});

test("shade is densest where most points are, and none is far from all", () => {
  const many: Point[] = [...Array(50).fill([0.1, 0.8, 0.1]), [0.9, 0.05, 0.05]];
  const paths = shades(many);
  const centres = paths.map((path) =>
    path
      .split("M")
      .slice(1)
      .map((piece) => piece.match(/[\d.]+/g)?.map(Number)),
  );
  const [x, y] = place([0.1, 0.8, 0.1]);
  for (const at of centres.at(-1) ?? []) {
    expect(Math.hypot((at?.[0] as number) - x, (at?.[1] as number) - y)).toBeLessThan(SIDE / 10);
  }
  expect(centres.at(-1)?.length).toBeGreaterThan(0);
  const far = place([0, 0, 1]);
  for (const at of centres.flat())
    expect(Math.hypot((at?.[0] as number) - far[0], (at?.[1] as number) - far[1])).toBeGreaterThan(SIDE / 4);
});

test("every point of the triangle has a place among the small triangles", () => {
  for (const point of [
    [1, 0, 0],
    [0, 1, 0],
    [0.5, 0.5, 0],
    [1 / 3, 1 / 3, 1 / 3],
    [1 + 1e-7, -1e-7, 0],
  ] as const)
    expect(shades([point]).join("")).toMatch(/^M/);
});

// the view

test("a factor map is ready after its first paint: labels in letters, cells in numbers, what share is of what", async () => {
  const { root, part, cell, share } = await open();
  expect(root.dataset.ready).toBe("1");
  expect(text(part("qk-error"))).toBe("");
  expect([cell(0, 0), cell(0, 1), cell(1, 1)].map(text)).toEqual(["CC", "mix", "PP"]);
  expect([cell(0, 0), cell(0, 1), cell(1, 1)].map((each) => each.dataset.kind)).toEqual([
    "cc",
    "mixed",
    "pp",
  ]);
  expect(cell(1, 1).getAttribute("aria-label")).toBe("layer 1, head 1: position-position");
  expect(["CC", "PC", "PP", "MC"].map((name) => share(name, 0))).toEqual(
    ["33 %", "8.3 %", "25 %", "33 %"].map(hard),
  );
  expect(["CC", "PC", "PP", "MC"].map((name) => share(name, 1))).toEqual(
    ["50 %", "13 %", "38 %"].map(hard).concat(""),
  );
  expect(text(part("qk-energy"))).toContain(
    "mean squared product of query and key over all pairs of tokens of 1,000 images, pairs of different images included",
  );
  expect(text(part("qk-energy"))).toContain("of position and content alone: the mean factor dropped");
  expect(text(part("qk-energy"))).toContain("Specialisation 0.90");
  expect(text(part("qk-energy"))).toContain("Random read-outs of the same strengths: 0.50, 95 % below 0.60");
});

test("beside the title of the heads it stands that labels are of the mean dropped, whatever cells count", async () => {
  const { part, act, model } = await open({ view: { variant: "all", number: "label" } });
  const basis = part("qk-grid").querySelector<HTMLElement>("header .basis");
  expect([text(basis), basis?.hidden]).toEqual(["labels: mean dropped", false]);
  await act(() => model.set("view", { variant: "all", number: "cell:MC", maps: "images" }));
  expect(basis?.hidden).toBe(true);
});

test("labels of heads that random read-outs equal are dashed, in the legend, in words; other numbers are not", async () => {
  const words = "no more specialised than random read-outs";
  const { part, cell, act, model } = await open({
    meta: factorMeta({}, { unspecialised: ["L0H1", "L1H1"] }),
  });
  const plain = (): boolean[] =>
    [cell(0, 0), cell(0, 1), cell(1, 0), cell(1, 1)].map((each) => each.hasAttribute("data-plain"));
  const legend = (): string => text(part("qk-grid").querySelector(".legend"));
  expect(plain()).toEqual([false, true, false, true]);
  expect(legend()).toContain(words);
  expect(part("qk-grid").querySelectorAll(".legend .mark[data-plain]")).toHaveLength(1);
  expect(cell(0, 1).getAttribute("aria-label")).toBe(`layer 0, head 1: mixed, ${words}`);
  expect(text(part("qk-grid").querySelector("output"))).not.toContain(words);
  await act(() => cell(1, 1).click());
  expect(text(part("qk-grid").querySelector("output"))).toBe(`L1 H1  PP  position-position  · ${words}`);
  await act(() => model.set("view", { variant: "all", number: "cell:MC", maps: "images" }));
  expect(plain()).toEqual([false, false, false, false]);
  expect(legend()).not.toContain(words);
  const sharp = await open();
  expect(text(sharp.part("qk-grid").querySelector(".legend"))).not.toContain(words);
});

const hard = (words: string): string => words.replace(" ", "\u00a0");

test("shares inside images follow the variant, and may be negative", async () => {
  const { share, button, act } = await open();
  expect(["CC", "PC", "PP"].map((name) => share(name, 3))).toEqual(["15 %", "30 %", "50 %"].map(hard));
  await act(() => click(button("all nine cells")));
  expect(["CC", "PP", "MC"].map((name) => share(name, 3))).toEqual(["20 %", "50 %", "20 %"].map(hard));
  await act(() => click(button("seen by softmax")));
  expect(["CC", "CP", "MC", "MM"].map((name) => share(name, 3))).toEqual(
    ["20 %", "0 %", "20 %"].map(hard).concat(""),
  );
});

test("without a pass inside images, that is said, and neither a column nor a bar is there for it", async () => {
  const all = await open();
  const { part } = await open({ energies: dataView(energiesBytes(false)) });
  const count = (view: typeof all, selector: string): number =>
    view.part("qk-energy").querySelectorAll(selector).length;
  expect([".barline", "thead th", "tbody tr:first-child td"].map((each) => count(all, each))).toEqual([
    3, 5, 4,
  ]);
  expect(
    [".barline", "thead th", "tbody tr:first-child td"].map((each) => count({ ...all, part }, each)),
  ).toEqual([2, 4, 3]);
  expect(text(part("qk-energy"))).toContain("not asked for: within=True");
  expect(text(part("qk-cells"))).not.toContain("inside images");
});

test("heads are coloured by any share; one that a variant leaves out cannot be chosen, and gives way to the label", async () => {
  const { part, button, act, cell, model } = await open({ view: { variant: "all", number: "cell:MC" } });
  const chooser = part("qk-number") as HTMLSelectElement;
  expect(chooser.value).toBe("cell:MC");
  expect(text(cell(0, 0))).toBe(".33");
  expect(text(part("qk-grid"))).toContain("of all nine cells, the mean factor included");
  await act(() => click(button("mean dropped")));
  expect(text(cell(0, 0))).toBe("CC");
  expect(chooser.querySelector<HTMLOptionElement>('[value="cell:MC"]')?.disabled).toBe(true);
  await act(() => {
    chooser.value = "richness";
    chooser.dispatchEvent(new Event("change"));
  });
  expect(text(cell(1, 0))).toBe("3.0");
  expect(text(part("qk-grid"))).toContain("How many modes.");
  await expect.poll(() => (model.get("view") as { number: string }).number).toBe("richness");
});

test("a click on a head, or an arrow key, shows its energy and its modes, and Python hears of it", async () => {
  const { part, cell, act, share, model } = await open();
  await act(() => cell(1, 1).click());
  expect(text(part("qk-selection"))).toBe("L1 H1 M0");
  expect(share("PP", 1)).toBe(hard("100 %"));
  expect(text(part("qk-label"))).toBe("PPposition-position");
  await expect.poll(() => [model.get("layer"), model.get("head")]).toEqual([1, 1]);
  await act(() => press(cell(1, 1), "ArrowLeft"));
  expect(text(part("qk-selection"))).toBe("L0 H1 M0");
  expect(part("qk-grid").querySelectorAll('[role="gridcell"][tabindex="0"]')).toHaveLength(1);
});

test("modes are points: as large as their σ², of their label’s shape; blocks are marked, null modes are not there", async () => {
  const { part } = await open();
  const points = [...part("qk-ternary").querySelectorAll<SVGElement>(".triangle .point")];
  expect(points).toHaveLength(MODES);
  expect(points.map((point) => point.dataset.kind)).toEqual(["cc", "pp", "mixed", "mixed"]);
  expect(points.map((point) => point.hasAttribute("data-degenerate"))).toEqual([false, true, true, false]);
  expect(points.map((point) => point.getAttribute("visibility"))).toEqual([null, null, null, "hidden"]);
  const [x, y] = place([0.25, 0, 0.75]);
  expect(points[0]?.getAttribute("transform")).toBe(`translate(${x.toFixed(2)} ${y.toFixed(2)})`);
  const radius = Number(points[0]?.getAttribute("d")?.match(/a([\d.]+)/)?.[1]);
  const side = Number(points[1]?.getAttribute("d")?.match(/h([\d.]+)/)?.[1]);
  expect(Math.PI * radius ** 2).toBeCloseTo(4 * side ** 2, 6);
  expect(points[0]?.getAttribute("d")).not.toContain("h");
  expect(part("qk-ternary").querySelectorAll(".shade").length).toBeGreaterThan(3);
});

test("corrected shares outside 0 to 1 are drawn at the border, told as they are, and that is said", async () => {
  const spectra = dataView(spectraBytes(undefined, [[-0.2, 0.3, 0.9], ...ALPHA.slice(1)]));
  const { part } = await open({ spectra, meta: factorMeta({}, { correction: "moments" }) });
  const point = part("qk-ternary").querySelector(".triangle .point") as SVGElement;
  const clipped = [0, 0.15, 0.95].map((share) => share / 1.1) as unknown as Point;
  const [x, y] = place(clipped);
  expect(point.getAttribute("transform")).toBe(`translate(${x.toFixed(2)} ${y.toFixed(2)})`);
  expect(text(part("qk-ternary").querySelector("output"))).toContain(`query: mean ${hard("−20 %")}`);
  const content = part("qk-spectrum").querySelector(".fill[data-factor=content]")?.getAttribute("d") ?? "";
  // a strip of 28 shared out between 0.3 and 0.9
  expect(content).toContain("M0.1 200.00h.8V179.00");
  for (const panel of ["qk-ternary", "qk-spectrum"])
    expect(text(part(panel))).toContain("drawn at the border");
  const plain = await open();
  expect(text(plain.part("qk-ternary"))).not.toContain("drawn at the border");
});

test("a click on a mode shows what it is made of in words, and arrow keys go to the next", async () => {
  const { part, act, model } = await open();
  const plot = part("qk-ternary").querySelector(".triangle") as SVGElement;
  const first = text(part("qk-ternary").querySelector("output"));
  expect(first).toContain(`query: mean ${hard("50 %")}, position ${hard("0 %")}, content ${hard("50 %")}`);
  expect(first).toContain(`key: mean ${hard("0 %")}, position ${hard("0 %")}, content ${hard("100 %")}`);
  await act(() => click(plot.querySelector('[data-mode="1"]')));
  expect(text(part("qk-selection"))).toBe("L0 H0 M1");
  const words = text(part("qk-ternary").querySelector("output"));
  expect(words).toContain(`M1  PP position-position  ${hard("17 %")} of the head’s σ²`);
  expect(words).toContain("defined only together with M2");
  expect(words).toContain(`key: mean ${hard("0 %")}, position ${hard("100 %")}`);
  await act(() => press(plot, "ArrowRight"));
  expect(plot.getAttribute("aria-valuenow")).toBe("2");
  expect(plot.getAttribute("aria-valuetext")).toContain("M2  mix mixed");
  await act(() => press(plot, "End"));
  expect(text(part("qk-spectrum").querySelector("output"))).toContain("null mode");
  await act(() => click(part("qk-spectrum").querySelector('.hit[data-mode="0"]')));
  await expect.poll(() => model.get("mode")).toBe(0);
});

test("inside a large disc a small one is hit first, and far from all none is", () => {
  const discs = [
    { x: 0, y: 0, r: 30 },
    { x: 10, y: 0, r: 3 },
  ];
  expect([discAt(discs, 4, 0), discAt(discs, -5, 0), discAt(discs, 12, 8), discAt(discs, 40, 0)]).toEqual([
    1, 0, 1, -1,
  ]);
  expect(discAt([{ x: Number.NaN, y: 0, r: 5 }], 0, 0)).toBe(-1);
});

test("a click in the triangle hits a point at its place, and next to none nothing is", async () => {
  const { part, act, model } = await open({ mode: 3 });
  const plot = part("qk-ternary").querySelector(".triangle") as SVGElement;
  plot.getBoundingClientRect = () => ({ left: 0, top: 0, width: SIDE + 88, height: 1 }) as DOMRect;
  const at = async ([x, y]: readonly [number, number]): Promise<void> =>
    act(() =>
      plot.dispatchEvent(new MouseEvent("click", { clientX: x + 44, clientY: y + 32, bubbles: true })),
    );
  await at([10, 10]);
  expect(model.get("mode")).toBe(3);
  const [x, y] = place([0.25, 0, 0.75]);
  await at([x + 20, y]);
  await expect.poll(() => model.get("mode")).toBe(0);
  await at(place([0, 1, 0]));
  await expect.poll(() => model.get("mode")).toBe(1);
});

test("bars of modes stack to their share of σ², strips to one", async () => {
  const { part } = await open();
  const chart = part("qk-spectrum");
  const path = (selector: string): string => chart.querySelector(selector)?.getAttribute("d") ?? "";
  const total = [...chart.querySelectorAll(".fill[data-kind]")].reduce(
    (sum, element) =>
      sum +
      [...(element.getAttribute("d") ?? "").matchAll(/M0\.1 ([\d.]+)h\.8V([\d.]+)/g)].reduce(
        (part, [, a, b]) => part + Number(a) - Number(b),
        0,
      ),
    0,
  );
  expect(total).toBeCloseTo(144, 1);
  expect(path(".fill[data-factor=position]")).toContain("M1.1 200.00h.8V172.00");
  expect(path(".fill[data-factor=content]")).toContain("M0.1 200.00h.8V186.00");
  expect(path(".block")).toContain("M1.3");
});

// maps

test("maps of a mode: values, parts that add up, one range", () => {
  const maps = new HeadMaps(mapsBytes(0, 1, { rounded: false }), 0, 1);
  const [position, content] = [values(0, 1, 1, 0), values(0, 1, 1, 2)];
  const whole = valuesOf(maps, "key", "whole", 1, 1);
  expect(whole?.length).toBe(PATCHES);
  for (let patch = 0; patch < PATCHES; patch++)
    expect(whole?.[patch]).toBeCloseTo(
      (MEAN[1] as number) +
        (position[PATCHES + patch] as number) +
        (content[(MAPPED + 1) * PATCHES + patch] as number),
      6,
    );
  expect(valuesOf(maps, "key", "position", MAPPED, 0)).toBeUndefined();
  expect(rangeOf([undefined])).toBe(1);
  expect(rangeOf([new Float32Array([-3, 1]), undefined])).toBeCloseTo(3, 1);
});

test("over images: position beside the root mean square of content; on one image: three maps and their picture", async () => {
  const { part, button, act, root } = await open();
  const shown = (): string[] =>
    [...part("qk-maps").querySelectorAll<HTMLElement>("figure:not([hidden]) figcaption")].map(text);
  expect(shown()).toEqual([...Array(2)].flatMap(() => ["position part", "content part, root mean square"]));
  expect(text(part("qk-maps"))).toContain("zero by construction");
  await act(() => click(button("on one image")));
  expect(shown()).toEqual([
    NASTY,
    ...[...Array(2)].flatMap(() => ["map on this image", "position part", "content part"]),
  ]);
  expect(root.querySelector("img[onerror]")).toBeNull();
  expect(part("qk-maps").querySelector(".photograph img")?.getAttribute("src")).toMatch(/^blob:/);
});

test("under the pointer stand the parts of both sides, which add up within their bounds", async () => {
  const { part, button, act } = await open();
  await act(() => click(button("on one image")));
  const pane = part("qk-maps").querySelector('[data-side="query"] .pane') as HTMLElement;
  pane.getBoundingClientRect = () => ({ left: 0, top: 0, width: 30, height: 20 }) as DOMRect;
  await act(() => pane.dispatchEvent(new MouseEvent("pointermove", { clientX: 25, clientY: 15 })));
  const words = text(part("qk-patch"));
  expect(words).toMatch(/^r1 c2\nquery: mean 0\.500, position /);
  const numbers = [...(words.split("\n")[1] ?? "").matchAll(/(−?[\d.]+)\s±/g)].map(([, value]) =>
    Number(value?.replace("−", "-")),
  );
  expect(numbers).toHaveLength(3);
  const [position, content, sum] = numbers as [number, number, number];
  expect(0.5 + position + content).toBeCloseTo(sum, 2);
  const maps = new HeadMaps(mapsBytes(0, 0), 0, 0);
  const bounds = (["position", "content"] as const).map(
    (name) => maps.at(name, "query", 0, 0, 5)?.bound ?? 0,
  );
  const shown = Number(words.split("\n")[1]?.split("±\u00a0").at(-1));
  expect(shown).toBeGreaterThanOrEqual((bounds[0] as number) + (bounds[1] as number));
  await act(() => button("over images").click());
  expect(text(part("qk-patch"))).toContain("root mean square");
  await act(() => press(pane, "ArrowLeft"));
  expect(text(part("qk-patch"))).toMatch(/^r1 c1\n/);
});

test("without spreads there are no panes for them, and one quiet line says how to have them", async () => {
  const { part, button, act } = await open({}, { spread: false });
  const shown = (): string[] =>
    [...part("qk-maps").querySelectorAll<HTMLElement>("figure:not([hidden]) figcaption")].map(text);
  expect(shown()).toEqual(["position part", "position part"]);
  expect(text(part("qk-maps").querySelector(".wall + .caption"))).toBe(
    "How much content varies on each patch was not asked for: spread=True.",
  );
  expect(text(part("qk-maps").querySelector(".missing"))).toBe("");
  expect(text(part("qk-maps"))).not.toContain("root mean square is shown");
  await act(() => click(button("on one image")));
  expect(shown()).toHaveLength(7);
  expect(text(part("qk-maps").querySelector(".wall + .caption"))).toBe("");
});

test("what is not in the view is said: maps on images, weak modes", async () => {
  const few = await open({}, { spread: false, content: false });
  await few.act(() => click(few.button("on one image")));
  expect(text(few.part("qk-maps"))).toContain("they need the model");
  await few.act(() => few.model.set("mode", 3));
  expect(text(few.part("qk-maps"))).toContain("Maps are here of the 3 strongest of the 4 modes");
  const none = await open({ meta: factorMeta({ images: [] }), view: { maps: "image" } });
  expect(none.part("qk-maps").querySelector("[data-option=maps]")).toBeNull();
  expect(none.part("qk-maps").querySelectorAll("figure:not([hidden])")).toHaveLength(4);
  expect(text(none.part("qk-maps"))).toContain("not asked for: widget(model=model, images=images)");
  const leftOut = ["The last 3 of 3 images with maps of their own are not in this page, to keep it small."];
  const small = await open({ meta: factorMeta({ images: [], left_out: leftOut }) });
  expect(text(small.part("qk-maps"))).not.toContain("widget(");
});

test("few images: their bias stands above all shares", async () => {
  const { part } = await open({ meta: factorMeta({}, { bias: "From 20 images: up to 5 %." }) });
  expect(text(part("qk-bias"))).toBe("From 20 images: up to 5 %.");
  expect((await open()).part("qk-bias")).toBeNull();
});

test("modes of the weights have a cosine beside their share of position; a click on one chooses it", async () => {
  const cosine = [0.5, -0.5, 0, Number.NaN];
  const { part, act, model } = await open({
    meta: factorMeta({}, { svd: "weight" }),
    spectra: dataView(spectraBytes(cosine)),
  });
  const chart = part("qk-joined").querySelector(".chart") as SVGElement;
  const dots = (of: string): number =>
    (chart.querySelector(`[data-of=${of}]`)?.getAttribute("d") ?? "").split("M").length - 1;
  expect([dots("all"), dots("layer"), dots("head")]).toEqual([12, 6, 3]);
  expect(text(part("qk-joined").querySelector("output"))).toBe(`M0  cosine 0.50  position ${hard("0 %")}`);
  chart.getBoundingClientRect = () => ({ left: 0, top: 0, width: 100, height: 222 }) as DOMRect;
  await act(() => chart.dispatchEvent(new MouseEvent("click", { clientX: 100, clientY: 151 })));
  await expect.poll(() => [model.get("layer"), model.get("head"), model.get("mode")]).toEqual([0, 0, 1]);
  await act(() => chart.dispatchEvent(new MouseEvent("click", { clientX: 50, clientY: 20 })));
  expect(text(part("qk-selection"))).toBe("L0 H0 M1");
  expect((await open()).part("qk-joined")).toBeNull();
});

test("modes of the weights are called so", async () => {
  const { part } = await open({ meta: factorMeta({}, { svd: "weight" }) });
  expect(text(part("qk-ternary"))).toContain("those of the weights, as in the explorer");
  expect(text((await open()).part("qk-ternary"))).toContain("have the same numbers and are others");
});

// kernel and host

test("a live view asks for exact maps when the selection rests, and shows them", async () => {
  const { model, part, act } = await open({ live: true }, { content: false });
  await vi.waitFor(() => expect(model.sent).toHaveLength(1));
  const [{ id = "", layer, head } = {}] = model.sent as { id?: string; layer?: number; head?: number }[];
  expect([layer, head]).toEqual([0, 0]);
  await act(() => model.deliver({ kind: "ack", id }));
  await act(() => model.deliver({ kind: "tile", id }, [dataView(mapsBytes(0, 0, { rounded: false }))]));
  const pane = part("qk-maps").querySelector('[data-side="query"] .pane') as HTMLElement;
  pane.getBoundingClientRect = () => ({ left: 0, top: 0, width: 30, height: 20 }) as DOMRect;
  await act(() => pane.dispatchEvent(new MouseEvent("pointermove", { clientX: 5, clientY: 5 })));
  expect(text(part("qk-patch"))).not.toContain("±");
  await act(() => model.set("head", 1));
  await new Promise((resolve) => setTimeout(resolve, REST_MS + 50));
  expect(model.sent).toHaveLength(2);
});

test("without a kernel the view stays on what it holds, and says so", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const model = new FakeModel(factorTraits({ live: true }));
  const el = document.createElement("div");
  document.body.append(el);
  await factors.render({ model, el });
  const root = el.querySelector(".qk-view")?.shadowRoot as ShadowRoot;
  vi.advanceTimersByTime(REST_MS + ACK_TIMEOUT_MS + 10);
  vi.useRealTimers();
  await painted();
  expect(text(root.querySelector('[data-testid="qk-note"]'))).toContain("The kernel does not answer");
  expect(text(root.querySelector('[data-testid="qk-error"]'))).toBe("");
});

test("a head that is not in a page is said to be missing", async () => {
  const { part, act, model } = await open({ maps: { L0H0: dataView(mapsBytes(0, 0)) } });
  await act(() => model.set("layer", 1));
  expect(text(part("qk-error"))).toBe("The maps of L1 H0 are not in this page.");
  await act(() => model.set("layer", 0));
  expect(text(part("qk-error"))).toBe("");
});

test("a place outside the model becomes the nearest one", async () => {
  const { part } = await open({ layer: 99, head: -3, mode: 12, image: 7 });
  expect(text(part("qk-selection"))).toBe(`L${LAYERS - 1} H0 M${MODES - 1}`);
});

test("a description that did not come, or of another format, is said in words", async () => {
  expect(text((await open({ meta: {} })).part("qk-error"))).toContain("did not arrive");
  expect(text((await open({ meta: { ...factorMeta(), format: 2 } })).part("qk-error"))).toContain(
    "update it",
  );
});

test("names are text, whatever they hold; all that takes the focus keeps the notebook’s keys away", async () => {
  const { root } = await open();
  expect(text(root.querySelector("h2"))).toBe(NASTY);
  expect(root.querySelector("img[onerror]")).toBeNull();
  const focusable = root.querySelectorAll("button, input, select, summary, [tabindex]");
  expect(focusable.length).toBeGreaterThan(15);
  for (const element of focusable) expect(element.hasAttribute("data-lm-suppress-shortcuts")).toBe(true);
});

test("a closed view leaves no listener", async () => {
  const { model, close } = await open({ live: true });
  expect(model.listeners).toBeGreaterThan(5);
  close();
  expect(model.listeners).toBe(0);
  expect(HEADS).toBe(2);
});
