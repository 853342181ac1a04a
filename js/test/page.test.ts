import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PageModel } from "../src/host/model.ts";
import { mountPage } from "../src/host/page.ts";
import { toBytes } from "../src/lib/bytes.ts";
import { h } from "../src/lib/dom.ts";

const base64 = (text: string): string => btoa(text);

/** The module of a page writes what it was given into the page. */
const MODULE = `export default {
  initialize({ model }) { model.set("initialized", true); },
  render({ model, el }) { globalThis.shown = { model, el }; el.append("shown"); },
}`;

beforeEach(() => {
  // Node imports data: addresses but no blob: ones; what is between is the host's own.
  vi.spyOn(URL, "createObjectURL").mockImplementation(() => `data:text/javascript;base64,${base64(MODULE)}`);
});
afterEach(() => {
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

function page(state: unknown, parts: Record<string, string>): HTMLElement {
  const view = h("div", { "data-qk-view": "one" });
  document.body.append(
    view,
    h("script", { type: "application/json", id: "qk-state" }, JSON.stringify(state)),
    h("script", { type: "text/plain", "data-qk-esm": "explorer" }, base64(MODULE)),
    ...Object.entries(parts).map(([name, content]) =>
      h("script", { type: "text/plain", "data-qk-bytes": name }, content),
    ),
  );
  return view;
}

interface Shown {
  model: { get(key: string): unknown };
}

test("a page mounts its models on bytes that are read when asked for", async () => {
  const traits = { layer: 3, tiles: { L0H0: { bytes: "tiles/L0H0", gzip: false } } };
  const view = page({ models: [{ id: "one", esm: "explorer", traits }] }, { "tiles/L0H0": base64("hello") });
  await mountPage(new AbortController().signal);
  expect(view.textContent).toContain("shown");
  const { model } = (globalThis as unknown as { shown: Shown }).shown;
  expect([model.get("layer"), model.get("initialized")]).toEqual([3, true]);
  const tiles = model.get("tiles") as Record<string, { base64: string }>;
  expect(new TextDecoder().decode(await toBytes(tiles.L0H0))).toBe("hello");
});

test("a page's model tells every view of a change, and only of a change", () => {
  const model = new PageModel({ layer: 1 });
  const heard: string[] = [];
  const listener = (): unknown => heard.push("layer");
  model.on("change:layer", listener);
  model.on("change", () => heard.push("any"));
  model.set("layer", 1);
  model.set("layer", 2);
  model.off("change:layer", listener);
  model.set("layer", 3);
  expect(heard).toEqual(["layer", "any", "any"]);
});

test("a page with a part missing says so in words", async () => {
  const view = page({ models: [{ id: "one", esm: "other", traits: {} }] }, {});
  await mountPage(new AbortController().signal);
  expect(view.textContent).toContain("This view could not be shown. This page is not whole");
});
