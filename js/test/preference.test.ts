import { afterEach, expect, test } from "vitest";
import { bordersOf } from "../src/lib/outlines.ts";
import { Scene, sceneKey } from "../src/preference/data.ts";
import preference from "../src/preference/index.ts";
import { exact, meta as explorerMeta, safetensors } from "./fixture.ts";
import { FakeModel, painted } from "./hosts.ts";

afterEach(() => document.body.replaceChildren());

const [LAYERS, HEADS, PATCHES] = [2, 2, 4];
const AXES = [
  { name: "feature", label: "odd in", words: ["<b>colour</b>", "size"], about: "" },
  { name: "seed", label: "seed", words: ["0", "1", "2", "3", "4", "5", "6"], about: "" },
];

/** Group g of layer l and head h has mass (l + 1) (h + 1) (g + 1) / 100, `more` later; enrichment is ten times that. */
function sceneBytes(more = 0, regions = [0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 2]): Uint8Array {
  const shape = [LAYERS, HEADS, 3];
  const masses = Array.from({ length: LAYERS * HEADS * 3 }, (_, at) => {
    const [layer, head, group] = [Math.floor(at / 6), Math.floor(at / 3) % 2, at % 3];
    return ((layer + 1) * (head + 1) * (group + 1) + more) / 100;
  });
  const attention = Array.from({ length: LAYERS * HEADS * 2 * PATCHES }, (_, at) => (at % 4) / 6);
  return safetensors({
    picture: { dtype: "U8", shape: [3], data: [1, 2, 3] },
    // two items on a ground of 3 x 4 pixels
    regions: { dtype: "U8", shape: [3, 4], data: regions },
    query: { dtype: "I32", shape: [2], data: [1, 3] },
    attention: exact([LAYERS, HEADS, 2, PATCHES], attention),
    groups: exact(shape, masses),
    enrichment: exact(
      shape,
      masses.map((mass) => 10 * mass),
    ),
    chance: exact([3], [0.1, 0.1, 0.8]),
    groups_nonself: exact(
      shape,
      masses.map((mass) => mass / 2),
    ),
    enrichment_nonself: exact(
      shape,
      masses.map((mass) => 5 * mass),
    ),
    chance_nonself: exact([3], [0.05, 0.15, 0.8]),
  });
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

async function open(changes: Record<string, unknown> = {}, more: Record<string, unknown> = {}) {
  const meta = {
    ...explorerMeta({ n_layers: LAYERS, n_heads: HEADS, images: [], about: [] }),
    layout: { n_cls: 1, n_distill: 0, n_registers: 0, grid: [2, 2] },
    axes: AXES,
    curves: null,
    merged: false,
    ...more,
  };
  const model = new FakeModel({
    scene: { feature: 0, seed: 0 },
    layer: 1,
    head: -1,
    view: { curves: "mass", itself: "yes" },
    meta,
    tiles: { "0.0": view(sceneBytes()), "1.0": view(sceneBytes(4)) },
    live: false,
    ...changes,
  });
  const el = document.createElement("div");
  document.body.append(el);
  const close = await preference.render({ model, el });
  const root = el.querySelector(".qk-view")?.shadowRoot?.querySelector<HTMLElement>(".qk") as HTMLElement;
  await painted();
  const part = (id: string): HTMLElement => root.querySelector(`[data-testid="${id}"]`) as HTMLElement;
  const numbers = (): string[] =>
    [...part("qk-groups").querySelectorAll("tbody tr")].map((row) =>
      [...row.querySelectorAll("td")].map(text).join(" "),
    );
  return { model, root, part, numbers, close };
}

const text = (element: Element | null | undefined): string => element?.textContent ?? "";
const click = async (element: Element | null | undefined): Promise<void> => {
  (element as HTMLElement).click();
  await painted();
};

test("a scene is ready after its first paint: masks, who asks, and three groups beside chance", async () => {
  const { root, part, numbers } = await open();
  expect(root.dataset.ready).toBe("1");
  expect(text(part("qk-selection"))).toBe("L1");
  expect(part("qk-masks").getAttribute("aria-label")).toBe("target and 1 distractor");
  // the mean of heads: 2 (1 + 2) / 2 = 3 hundredths for the first group
  expect(numbers()).toEqual(["0.03 0.10 × 0.30", "0.06 0.10 × 0.60", "0.09 0.80 × 0.90"]);
  expect(text(part("qk-attention-target").nextElementSibling)).toBe(
    "target asks (r0 c1), mean of 2 heads; brightest 0.500",
  );
  expect(text(part("qk-error"))).toBe("");
});

test("arrow keys walk on from patch to patch; a patch that was tapped keeps its number, on other layers, too", async () => {
  const { part, model } = await open();
  const pane = part("qk-attention-target");
  const words = (): string => text(pane.nextElementSibling);
  const press = (key: string): string => {
    pane.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
    return words();
  };
  expect([press("ArrowDown"), press("ArrowLeft")]).toEqual(["r1 c1: 0.500", "r1 c0: 0.333"]);
  pane.dispatchEvent(new Event("pointerleave"));
  expect(words()).toContain("target asks");
  pane.getBoundingClientRect = () => ({ left: 0, top: 0, width: 20, height: 20 }) as DOMRect;
  pane.dispatchEvent(new MouseEvent("click", { clientX: 15, clientY: 15 }));
  expect(words()).toBe("r1 c1: 0.500");
  model.set("layer", 0);
  await painted();
  expect(words()).toBe("r1 c1: 0.500");
});

test("distractors are counted with and without ground, and not at all where one mask holds all of them", async () => {
  const said = async (regions: number[], merged = false) => {
    const tiles = { "0.0": view(sceneBytes(0, regions)) };
    const { part } = await open({ tiles }, { merged });
    return part("qk-masks").getAttribute("aria-label");
  };
  expect(await said([0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0])).toBe("target and 2 distractors");
  expect(await said([1, 1, 2, 3, 1, 1, 1, 1, 1, 1, 1, 1])).toBe("target and 2 distractors");
  expect(await said([0, 1, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0], true)).toBe("target and distractors");
});

test("pixels that are neither item nor ground are outlined as little as the ground, and are no distractor", async () => {
  const drawn = async (nothing: number) => {
    const tiles = { "0.0": view(sceneBytes(0, [0, 1, 2, 2, 0, 0, 0, 0, nothing, nothing, 0, 0])) };
    const { part } = await open({ tiles });
    const paths = [...part("qk-masks").querySelectorAll("path")].map((path) => path.getAttribute("d"));
    return [part("qk-masks").getAttribute("aria-label"), ...paths];
  };
  expect(await drawn(255)).toEqual(await drawn(0));
  expect((await drawn(255))[0]).toBe("target and 1 distractor");
  expect(await drawn(3)).not.toEqual(await drawn(0));
});

test("means behind are named for what they are of, and notes are told where curves are", async () => {
  const rows = Array.from({ length: 2 }, () => Array.from({ length: 3 }, () => [0.1, 0.2]));
  const bounds = rows.map((groups) => groups.map((group) => group.map((value) => [value, value])));
  const curves = {
    n_images: 12,
    of: "12 photographs",
    mass: rows,
    mass_interval: bounds,
    enrichment: rows,
    enrichment_interval: bounds,
  };
  const { part, root } = await open({}, { curves, notes: ["They are <b>others</b>."] });
  expect(text(part("qk-curves"))).toContain(
    "the mean of 12 photographs and its 95 % interval. They are <b>others</b>.",
  );
  expect(root.querySelector(".caption b")).toBeNull();
});

test("a turned knob, another head, and the query left out change the numbers at once", async () => {
  const { part, numbers, model, root } = await open();
  await click(part("qk-knob-feature").querySelector('button[value="1"]'));
  expect(model.get("scene")).toEqual({ feature: 1, seed: 0 });
  expect(numbers()[0]).toBe("0.07 0.10 × 0.70");
  model.set("head", 1);
  await painted();
  expect(text(part("qk-selection"))).toBe("L1 H1");
  expect(numbers()[0]).toBe("0.08 0.10 × 0.80");
  await click(root.querySelector('[data-option="query itself"] button[value="no"]'));
  expect(numbers()[0]).toBe("0.04 0.05 × 0.40");
});

test("means of a model with other layers are not drawn", async () => {
  const drawn = async (layers: number) => {
    const rows = Array.from({ length: 2 }, () => Array.from({ length: 3 }, () => Array(layers).fill(0.1)));
    const bounds = rows.map((groups) => groups.map((group) => group.map((value) => [value, value])));
    const curves = { n_images: 3, of: "3 images", mass: rows, mass_interval: bounds };
    const { part } = await open({}, { curves: { ...curves, enrichment: rows, enrichment_interval: bounds } });
    return [...part("qk-curves").querySelectorAll(".many, .interval")].filter((path) =>
      path.getAttribute("d"),
    ).length;
  };
  expect(await drawn(LAYERS)).toBe(6);
  expect(await drawn(12)).toBe(0);
});

test("a knob that means nothing beside another's value is off, and none of its values looks chosen", async () => {
  const axis = { name: "degree", label: "difference", words: ["plain", "0.5"], about: "" };
  const idle = { feature: ["size"] };
  const { part, model } = await open({}, { axes: [...AXES, { ...axis, idle }] });
  const buttons = () => [...part("qk-knob-degree").querySelectorAll("button")];
  const states = () => buttons().map((button) => [button.disabled, button.getAttribute("aria-pressed")]);
  expect(states()).toEqual([
    [false, "true"],
    [false, "false"],
  ]);
  model.set("scene", { feature: 1, seed: 0, degree: 1 });
  await painted();
  expect(states()).toEqual([
    [true, "false"],
    [true, "false"],
  ]);
  model.set("scene", { feature: 0, seed: 0, degree: 1 });
  await painted();
  expect(states()).toEqual([
    [false, "false"],
    [false, "true"],
  ]);
});

test("a scene that is neither here nor asked for is named as missing, and the last one stays", async () => {
  const { part, model, numbers } = await open();
  model.set("scene", { feature: 0, seed: 3 });
  await painted();
  expect(text(part("qk-error"))).toBe("This scene is not in this page.");
  expect(numbers()[0]).toBe("0.03 0.10 × 0.30");
});

test("a live view asks for a scene by its parameters and shows what comes", async () => {
  const { part, model, numbers } = await open({ live: true });
  model.set("scene", { feature: 1, seed: 6 });
  await painted();
  const { id, kind, scene } = model.sent.at(-1) as unknown as { id: string; kind: string; scene: object };
  expect([kind, scene]).toEqual(["need", { feature: 1, seed: 6 }]);
  model.deliver({ kind: "ack", id });
  model.deliver({ kind: "tile", id, scene }, [view(sceneBytes(7))]);
  await painted();
  expect(numbers()[0]).toBe("0.10 0.10 × 1.0");
  expect(text(part("qk-error"))).toBe("");
});

test("few words stand side by side as text, many numbers are a slider", async () => {
  const { part } = await open();
  expect(text(part("qk-knob-feature").querySelector("button"))).toBe("<b>colour</b>");
  const slider = part("qk-knob-seed").querySelector("input") as HTMLInputElement;
  expect([slider.type, slider.max]).toEqual(["range", "6"]);
});

test("the mean over heads of attention is that of its rows", () => {
  const scene = new Scene(sceneBytes(), "0.0");
  expect([...scene.attention(0, -1, 1)]).toEqual([...scene.attention(0, 0, 1)]);
  expect(scene.curve("enrichment", true, 2, 0)[1]).toBeCloseTo(0.6, 6);
});

test("scenes are called by the places of their values, in the order of the parameters", () => {
  expect(sceneKey(AXES, { seed: 5, feature: 1 })).toBe("1.5");
});

test("borders run between a region and what is not it, and steps in line are one stroke", () => {
  const regions = { labels: [0, 0, 0, 0, 1, 1, 0, 1, 1], rows: 3, columns: 3 };
  expect(bordersOf(regions, (label) => label === 1)).toBe("M1 1H3M1 1V3");
  expect(bordersOf(regions, (label) => label === 2)).toBe("");
});
