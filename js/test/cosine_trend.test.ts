import { afterEach, expect, test, vi } from "vitest";
import { allSpectra, snapshotOf, type TrendMeta } from "../src/cosine_trend/data.ts";
import trend from "../src/cosine_trend/index.ts";
import { exact, meta as explorerMeta, HEADS, LAYERS, MODES, safetensors } from "./fixture.ts";
import { FakeModel, painted } from "./hosts.ts";

afterEach(() => document.body.replaceChildren());

const STEPS = [0, 10, 1000];
const HEAD = [LAYERS, HEADS];

/** Snapshot s of training t: every cosine is (s + t) / 10. */
function bytes(trainings: number): Uint8Array {
  const entries: Record<string, ReturnType<typeof exact>> = {};
  for (let t = 0; t < trainings; t++) {
    const count = STEPS.length - t;
    const fill = (shape: readonly number[], value: (snapshot: number) => number) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return exact(
        [count, ...shape],
        Array.from({ length: count * size }, (_, i) => value(Math.floor(i / size))),
      );
    };
    const cosine = (s: number): number => (s + t) / 10;
    entries[`singular_values.${t}`] = fill([...HEAD, MODES], (s) => s + 1);
    entries[`cosine.${t}`] = fill([...HEAD, MODES], cosine);
    entries[`degenerate.${t}`] = { ...fill([...HEAD, MODES], () => -1), dtype: "I16" };
    entries[`null.${t}`] = { ...fill([...HEAD, MODES], () => 0), dtype: "U8" };
    entries[`head_cosine.${t}`] = fill(HEAD, cosine);
    entries[`head_band.${t}`] = fill(HEAD, () => 0.2);
    entries[`layer_cosine.${t}`] = fill([LAYERS], cosine);
    entries[`layer_band.${t}`] = fill([LAYERS], () => 0.1);
  }
  return safetensors(entries);
}

const meta = (trainings: number): TrendMeta => ({
  ...explorerMeta({ images: [] }),
  trainings: Array.from({ length: trainings }, (_, t) => ({
    model: `model <b>${t}</b>`,
    objective: "supervised",
    measures: "share found",
    steps: STEPS.slice(0, STEPS.length - t),
    scores: [0.1, 0.5, 0.9].slice(0, STEPS.length - t),
  })),
});

async function open(changes: Record<string, unknown> = {}, trainings = 2) {
  const model = new FakeModel({
    layer: 0,
    head: 0,
    mode: 0,
    training: 0,
    snapshot: 2,
    meta: meta(trainings),
    trends: bytes(trainings),
    ...changes,
  });
  const el = document.body.appendChild(document.createElement("div"));
  const close = await trend.render({ model, el });
  const root = el.firstElementChild?.shadowRoot?.querySelector<HTMLElement>(".qk") as HTMLElement;
  return { model, root, close };
}

test("a snapshot is read as a model of its own", () => {
  const spectra = allSpectra(bytes(2), meta(2));
  expect(spectra.map((each) => each.length)).toEqual([3, 2]);
  expect(spectra[1]?.[1]?.modes("cosine", 2, 1)[3]).toBeCloseTo(0.2);
  expect(spectra[0]?.[2]?.headNumber(0)).toHaveLength(LAYERS * HEADS);
  expect(spectra[0]?.[0]?.caveat(0, 0, 0)).toBe("");
});

test("a shorter training stays at its last snapshot", async () => {
  expect(snapshotOf(meta(2).trainings[1] as TrendMeta["trainings"][number], 2)).toBe(1);
  const { root } = await open();
  const tags = [...root.querySelectorAll(".column .tag")].map((tag) => tag.textContent);
  expect(tags).toEqual(["step 1,000", "step 10"]);
});

test("Python's step is shown, and one that is not there becomes the nearest", async () => {
  const { model, root } = await open();
  model.set("snapshot", 0);
  await painted();
  expect(root.querySelector(".column .readout")?.textContent).toContain("mean 0.00");
  model.set("snapshot", 7);
  await painted();
  await vi.waitFor(() => expect(model.get("snapshot")).toBe(2)); // saves are some milliseconds apart
  expect(root.querySelector(".column .tag")?.textContent).toBe("step 1,000");
});

test("a click in a column makes it the chosen one, and names are text", async () => {
  const { model, root } = await open();
  root.querySelectorAll<HTMLElement>(".column")[1]?.click();
  await painted();
  expect(model.get("training")).toBe(1);
  expect(root.querySelector(".chosen > h3")?.textContent).toBe("model <b>1</b> at step 10");
  expect(root.querySelector("b")).toBeNull();
});

test("a button in each of several columns chooses its training, for those who have no pointer", async () => {
  const { model, root } = await open();
  const pressed = () =>
    [...root.querySelectorAll(".column button")].map((button) => button.getAttribute("aria-pressed"));
  expect(pressed()).toEqual(["true", "false"]);
  root.querySelector<HTMLElement>(".column + .column button")?.click();
  await painted();
  expect([model.get("training"), pressed()]).toEqual([1, ["false", "true"]]);
  expect((await open({}, 1)).root.querySelector(".column button")).toBeNull();
});

test("closing takes every listener away", async () => {
  const { model, close } = await open();
  model.set("snapshot", 1);
  await painted();
  close();
  expect(model.listeners).toBe(0);
});
