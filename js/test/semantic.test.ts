import { afterEach, expect, test } from "vitest";
import { arrowShape, strongest } from "../src/semantic/arrows.ts";
import { relation, type SegmentedImage } from "../src/semantic/data.ts";
import semantic from "../src/semantic/index.ts";
import { placesOf } from "../src/semantic/places.ts";
import { exact, meta as explorerMeta, safetensors, spectraBytes } from "./fixture.ts";
import { FakeModel, painted } from "./hosts.ts";

afterEach(() => document.body.replaceChildren());

const [LAYERS, HEADS, MODES] = [3, 2, 4];
const TYPES = [
  "same object",
  "parts of one object",
  "two objects",
  "figure reads ground",
  "ground reads figure",
  "within ground",
];

const IMAGE: SegmentedImage = {
  name: "a street",
  source: null,
  licence: null,
  mime: "image/png",
  width: 6,
  height: 4,
  objects: ["ground", "<b>dog</b>", "cat"],
  parts: ["head", "tail", "paw"],
  part_object: [1, 1, 2],
};

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Mode n carries (n + 1) from any object to itself and others; the ground nothing. */
function headBytes(scale = 1): Uint8Array {
  const rows = (values: readonly number[], gain: (mode: number) => number) =>
    exact(
      [MODES, 3],
      Array.from({ length: MODES }, (_, mode) => values.map((value) => value * gain(mode))).flat(),
    );
  return safetensors({
    "query.0": rows([0, 1, 2], (mode) => scale * (mode + 1)),
    "key.0": rows([0, 1, -1], () => 1),
    "part_query.0": rows([1, 0, 0], () => 1),
    "part_key.0": rows([0, 1, 0], () => 1),
    p: exact([MODES, 6], new Float32Array(MODES * 6).fill(0.5).fill(0.01, 0, 1)),
    excess: exact([MODES, 6], new Float32Array(MODES * 6)),
    error: exact([MODES, 6], new Float32Array(MODES * 6)),
  });
}

async function open(changes: Record<string, unknown> = {}) {
  const size = LAYERS * HEADS * MODES;
  const model = new FakeModel({
    layer: 0,
    head: 0,
    mode: 0,
    image: 0,
    view: { level: "objects", number: "", counted: "all" },
    meta: {
      ...explorerMeta({ about: [] }),
      images: [IMAGE],
      semantic: {
        types: TYPES.map((label) => ({ key: label, label, about: "" })),
        segments_from: "masks",
        n_images: 24,
        strongest: [1, 0, 2],
      },
    },
    spectra: view(spectraBytes()),
    pictures: view(safetensors({ "image.0": { dtype: "U8", shape: [1], data: [7] } })),
    segments: view(
      safetensors({
        "objects.0": {
          dtype: "U8",
          shape: [4, 6],
          data: [0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 2, 255, 0, 1, 1, 0, 2, 2, 0, 0, 0, 0, 0, 0],
        },
        "parts.0": {
          dtype: "U8",
          shape: [4, 6],
          data: new Uint8Array(24).fill(1, 7, 8).fill(2, 8, 9).fill(3, 10, 11),
        },
      }),
    ),
    summary: view(
      safetensors({
        type: {
          dtype: "I8",
          shape: [LAYERS, HEADS, MODES],
          data: new Int8Array(size).fill(-1).fill(2, 0, 1),
        },
        above: { dtype: "U8", shape: [LAYERS, HEADS, MODES], data: new Uint8Array(size).fill(1, 0, 1) },
        share: exact([LAYERS, 6], new Float32Array(LAYERS * 6).fill(0.1)),
        share_above: exact([LAYERS, 6], new Float32Array(LAYERS * 6).fill(0.05)),
        random_typed: exact([LAYERS], [0.5, 0.5, 0.5]),
        chance_above_random: exact([LAYERS], [0.02, 0.02, 0.02]),
      }),
    ),
    heads: { L0H0: view(headBytes()) },
    live: false,
    ...changes,
  });
  const el = document.createElement("div");
  document.body.append(el);
  const close = await semantic.render({ model, el });
  const root = el.querySelector(".qk-view")?.shadowRoot?.querySelector<HTMLElement>(".qk") as HTMLElement;
  await painted();
  const part = (id: string): HTMLElement => root.querySelector(`[data-testid="${id}"]`) as HTMLElement;
  const cells = (): string[] => [...part("qk-table").querySelectorAll("td")].map(text);
  const arrows = (): SVGElement[] => [...part("qk-segments").querySelectorAll<SVGElement>(".arrow")];
  return { model, root, part, cells, arrows, close };
}

const text = (element: Element | null | undefined): string => element?.textContent ?? "";

test("a map is ready after its first paint: table, arrows by type, and what the mode is", async () => {
  const { root, part, cells, arrows } = await open();
  expect(root.dataset.ready).toBe("1");
  expect(text(part("qk-mode"))).toContain("two objects");
  expect(text(part("qk-mode"))).toContain("more than chance (p 0.0100), above 95 % of random directions");
  expect(cells()).toEqual(["0.0", "0.0", "0.0", "0.0", "1.0", "−1.0", "0.0", "2.0", "−2.0"]);
  // the strongest last: from cat to itself, lowering the score
  expect(arrows().map((arrow) => arrow.dataset.lowers ?? "raises")).toHaveLength(4);
  expect(arrows().every((arrow) => /type[02]/.test(arrow.getAttribute("class") ?? ""))).toBe(true);
  expect(text(part("qk-error"))).toBe("");
});

test("the table says what is taken from the keys, and what scale is in its numbers", async () => {
  const { root } = await open();
  expect(text(root.querySelector(".flows-panel .caption"))).toContain(
    "the key less its mean over patches, times the scale of scores, 1/√d_head",
  );
});

test("what is pointed at in the table is told in words and marked in the picture, names as text", async () => {
  const { part, arrows, root } = await open();
  const cell = part("qk-table").querySelector('td[data-query="2"][data-key="1"]') as HTMLElement;
  cell.dispatchEvent(new Event("pointerover", { bubbles: true }));
  await painted();
  expect(text(part("qk-pair"))).toBe("1 <b>dog</b> → 2 cat: raises the score by 2.00 · two objects");
  expect(arrows().filter((arrow) => arrow.hasAttribute("data-on"))).toHaveLength(1);
  expect(root.querySelector(".flows b, .readout b")).toBeNull();
});

test("arrow keys walk over the table, and what is left is told no more", async () => {
  const { part } = await open();
  const table = part("qk-table");
  const press = async (key: string): Promise<string> => {
    table.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    await painted();
    return text(part("qk-pair"));
  };
  expect(table.tabIndex).toBe(0);
  expect(text(part("qk-pair"))).toContain("arrow keys");
  expect(await press("ArrowDown")).toMatch(/^G ground → G ground/);
  expect(await press("ArrowDown")).toMatch(/^G ground → 1 /);
  expect(await press("ArrowRight")).toMatch(/^1 <b>dog<\/b> → 1 /);
  expect(await press("ArrowUp")).toMatch(/^1 <b>dog<\/b> → G ground/);
  expect(await press("ArrowUp")).toMatch(/^1 <b>dog<\/b> → G ground/);
  expect(table.querySelectorAll("[data-on]")).toHaveLength(1);
  expect(await press("Escape")).toContain("arrow keys");
  await press("ArrowLeft");
  table.dispatchEvent(new Event("blur"));
  await painted();
  expect(table.querySelectorAll("[data-on]")).toHaveLength(0);
});

test("a finger that leaves after a tap leaves the number of the cell or of the arrow there", async () => {
  const { part, arrows } = await open();
  const tap = async (element: Element | undefined, left: Element): Promise<string> => {
    element?.dispatchEvent(new Event("pointerover", { bubbles: true }));
    left.dispatchEvent(new Event("pointerleave"));
    element?.dispatchEvent(new Event("click", { bubbles: true }));
    await painted();
    return text(part("qk-pair"));
  };
  const cell = part("qk-table").querySelectorAll("td")[7];
  expect(await tap(cell, part("qk-table"))).toContain("1 <b>dog</b> → 2 cat");
  const arrow = arrows().find(({ dataset }) => dataset.query === "1" && dataset.key === "1");
  expect(
    await tap(arrow?.firstElementChild ?? undefined, part("qk-segments").querySelector(".arrows") as Element),
  ).toContain("1 <b>dog</b> → 1 <b>dog</b>");
  expect(await tap(part("qk-segments"), part("qk-segments"))).toContain("arrow keys");
});

test("the axis of the shares ends where the data do, and chance is drawn of what is counted", async () => {
  const { part, model } = await open();
  const axis = () => [...part("qk-shares").querySelectorAll(".ylabels .tick")].map(text);
  const line = () => part("qk-shares").querySelector(".random") as SVGElement;
  // six types of a tenth each; half of random pairs
  expect(axis()).toEqual(["0 %", "30 %", "60 %"]);
  expect(Number(line().getAttribute("y1"))).toBeCloseTo(150 - (144 * 0.5) / 0.6, 1);
  expect(text(part("qk-shares"))).toContain("pass the same test");
  model.set("view", { level: "objects", number: "typed", counted: "above" });
  await painted();
  expect(axis()).toEqual(["0 %", "20 %", "40 %"]);
  expect(Number(line().getAttribute("y1"))).toBeCloseTo(150 - (144 * 0.02) / 0.4, 1);
  expect(line().getAttribute("visibility")).toBeNull();
  expect(text(part("qk-shares"))).toContain("that pass both tests");
});

test("the view names the strongest mode above random directions, and a click goes there", async () => {
  const { part, model } = await open();
  part("qk-strongest").querySelector("button")?.click();
  await painted();
  await new Promise((done) => setTimeout(done, 100));
  expect([model.get("layer"), model.get("head"), model.get("mode")]).toEqual([1, 0, 2]);
  const meta = model.get("meta") as { semantic: object };
  model.set("meta", { ...meta, semantic: { ...meta.semantic, strongest: null } });
  await painted();
  expect(text(part("qk-strongest"))).toBe("no mode of the model is above random directions");
});

test("parts have a table of their own", async () => {
  const { part, cells, model } = await open();
  model.set("view", { level: "parts", number: "", counted: "all" });
  await painted();
  expect(cells()).toEqual(["0.0", "1.0", "0.0", "0.0", "0.0", "0.0", "0.0", "0.0", "0.0"]);
  expect(text(part("qk-table").querySelector("tbody th"))).toBe("1 head");
});

test("a head that is not here is asked for, and without a kernel named as missing", async () => {
  const still = await open();
  still.model.set("head", 1);
  await painted();
  expect(text(still.part("qk-error"))).toBe("The tables of L0 H1 are not in this page.");
  const live = await open({ live: true });
  live.model.set("head", 1);
  await painted();
  const { id, layer, head } = live.model.sent.at(-1) as unknown as {
    id: string;
    layer: number;
    head: number;
  };
  expect([layer, head]).toEqual([0, 1]);
  live.model.deliver({ kind: "ack", id });
  live.model.deliver({ kind: "tile", id, layer, head }, [view(headBytes(3))]);
  await painted();
  expect(live.cells()[7]).toBe("6.0");
});

test("the tables of another head are dim where those asked for are not in the page", async () => {
  const { model, root } = await open();
  model.set("head", 1);
  await expect.poll(() => root.hasAttribute("data-waiting")).toBe(true);
  model.set("head", 0);
  await painted();
  expect([root.hasAttribute("data-waiting"), text(root.querySelector(".error"))]).toEqual([false, ""]);
});

test("back on a head that is kept the view waits no more, whatever is still under way", async () => {
  const { model, root } = await open({ live: true });
  model.set("head", 1);
  await painted();
  model.deliver({ kind: "ack", id: model.sent.at(-1)?.id });
  await expect.poll(() => root.hasAttribute("data-waiting")).toBe(true);
  model.set("head", 0);
  await painted();
  expect(root.hasAttribute("data-waiting")).toBe(false);
});

test("what an arrow with a bar means stands under the arrows", async () => {
  const { root } = await open();
  const words = "An arrow with a bar at its end lowers scores.";
  const panels = [...root.querySelectorAll<HTMLElement>(".panel")].filter((panel) =>
    text(panel).includes(words),
  );
  expect(panels.map((panel) => panel.contains(root.querySelector("[data-testid=qk-segments]")))).toEqual([
    true,
  ]);
});

test("relations of objects and parts are those of the answer", () => {
  const object = (query: number, key: number): number => relation(IMAGE, "objects", query, key);
  expect([object(1, 1), object(1, 2), object(1, 0), object(0, 1), object(0, 0)]).toEqual([0, 2, 3, 4, 5]);
  const part = (query: number, key: number): number => relation(IMAGE, "parts", query, key);
  expect([part(0, 0), part(0, 1), part(0, 2)]).toEqual([0, 1, 2]);
});

test("a segment's place is its pixel farthest from the border", () => {
  const labels = Array.from({ length: 49 }, (_, at) =>
    Number(Math.floor(at / 7) > 0 && Math.floor(at / 7) < 6 && at % 7 > 0 && at % 7 < 6),
  );
  const [, square, none] = placesOf({ labels, rows: 7, columns: 7 }, 3);
  expect([square?.x, square?.y]).toEqual([3.5, 3.5]);
  expect(none).toBeUndefined();
});

test("arrows point at the query, weak ones are left out, and what lowers scores ends in a bar", () => {
  const flow = (value: number) => ({ query: 0, key: 1, value, type: 2 });
  expect(strongest([flow(1), flow(-2), flow(0.01)], 2).map(({ value }) => value)).toEqual([1, -2]);
  const [from, to] = [
    { x: 10, y: 50, room: 5 },
    { x: 90, y: 50, room: 5 },
  ];
  const raises = arrowShape(from, to, 1, 4, false);
  const tip = raises.head.match(/^M([\d.]+)/)?.[1];
  expect(Number(tip)).toBeGreaterThan(85);
  expect(raises.head.match(/L/g)).toHaveLength(2);
  expect(arrowShape(from, to, 1, 4, true).head.match(/L/g)).toHaveLength(3);
  expect(arrowShape(to, to, 1, 4, false).d).toContain("A");
});
