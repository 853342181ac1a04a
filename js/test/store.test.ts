import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ViewModel } from "../src/lib/afm.ts";
import { bindTraits, Store, throttled } from "../src/lib/store.ts";
import { FakeModel } from "./hosts.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setup() {
  const closing = new AbortController();
  const store = new Store({ layer: 0, hover: 0 }, closing.signal);
  const calls: string[] = [];
  store.watch(["layer"], () => calls.push(`layer ${store.state.layer}`), closing.signal);
  store.watch(["hover"], () => calls.push(`hover ${store.state.hover}`), closing.signal);
  return { closing, store, calls };
}

test("any number of changes in a frame is one paint, of what changed only", () => {
  const { store, calls } = setup();
  for (let layer = 1; layer <= 5; layer++) store.set({ layer });
  expect(calls).toEqual([]);
  vi.advanceTimersByTime(50);
  expect(calls).toEqual(["layer 5"]);
  store.set({ layer: 5 });
  vi.advanceTimersByTime(50);
  expect(calls).toEqual(["layer 5"]);
});

test("what a watcher sets is painted in the same frame, and a loop ends", () => {
  const { store, calls, closing } = setup();
  store.watch(["layer"], () => store.set({ hover: store.state.layer }), closing.signal);
  store.set({ layer: 3 });
  vi.advanceTimersByTime(50);
  expect(calls).toEqual(["layer 3", "hover 3"]);

  store.watch(["hover"], () => store.set({ hover: store.state.hover + 1 }), closing.signal);
  store.set({ hover: 0 });
  store.flush();
  expect(store.state.hover).toBeLessThan(10);
});

test("after the end nothing is painted and nobody listens", () => {
  const { store, calls, closing } = setup();
  store.set({ layer: 1 });
  closing.abort();
  store.set({ layer: 2 });
  vi.advanceTimersByTime(50);
  expect(calls).toEqual([]);
  expect(store.watchers).toBe(0);
});

function boundModel(store: ReturnType<typeof setup>["store"], signal: AbortSignal): FakeModel {
  const model = new FakeModel({ layer: 0, hover: 0 });
  const view: ViewModel = {
    get: (key) => model.get(key),
    set: (key, value) => model.set(key, value),
    on: (event, listener) => model.on(event, listener),
    save_changes: () => model.save_changes(),
    send: () => undefined,
  };
  bindTraits(view, store, ["layer"], signal);
  return model;
}

test("traits follow the store and the store follows the traits; local state stays home", () => {
  const { store, closing } = setup();
  const model = boundModel(store, closing.signal);
  store.set({ layer: 4, hover: 9 });
  vi.advanceTimersByTime(50);
  expect([model.get("layer"), model.get("hover"), model.saves]).toEqual([4, 0, 1]);
  model.set("layer", 2);
  vi.advanceTimersByTime(50);
  expect(store.state.layer).toBe(2);
  expect(model.saves).toBe(1);
});

test("Python's echo of an earlier value does not undo what came after it", () => {
  const { store, closing } = setup();
  const model = boundModel(store, closing.signal);
  for (const layer of [1, 2]) {
    store.set({ layer });
    store.flush();
  }
  model.set("layer", 1);
  vi.advanceTimersByTime(200);
  expect([store.state.layer, model.get("layer"), model.saves]).toEqual([2, 2, 2]);
});

test("saves are throttled, and the last one is never lost", () => {
  const closing = new AbortController();
  const saved = vi.fn();
  const save = throttled(saved, 80, closing.signal);
  for (let i = 0; i < 10; i++) save();
  expect(saved).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(100);
  expect(saved).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(1000);
  expect(saved).toHaveBeenCalledTimes(2);
  save();
  save();
  closing.abort();
  expect(saved).toHaveBeenCalledTimes(4);
});
