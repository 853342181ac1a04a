import { afterEach, beforeEach, expect, test, vi } from "vitest";
import explorer from "../src/explorer/index.ts";
import { PageModel } from "../src/host/model.ts";
import { defineWidget, type Model } from "../src/lib/afm.ts";
import { tileBytes, traits } from "./fixture.ts";
import { FakeModel, mountExplorer, painted, ThrowingModel } from "./hosts.ts";

afterEach(() => document.body.replaceChildren());

const HOSTS: [string, () => Model & { listeners: number }, boolean][] = [
  ["anywidget 0.9, without a signal", () => new FakeModel(traits({ live: true })), false],
  ["anywidget 0.11", () => new FakeModel(traits({ live: true })), true],
  ["MyST, which throws", () => new ThrowingModel(traits()), false],
  ["our own page", () => new PageModel(traits()), true],
];

test.each(HOSTS)("%s: mounts, selects and closes", async (_, create, hasSignal) => {
  const host = new AbortController();
  const model = create();
  const { el, root, close, part } = await mountExplorer(model, hasSignal ? host.signal : undefined);
  await painted();
  expect(root.dataset.ready).toBe("1");
  part("qk-grid").querySelector<HTMLElement>('[data-layer="2"][data-head="1"]')?.click();
  await painted();
  expect(part("qk-selection").textContent).toBe("L2 H1 M2");
  expect(model.get("layer")).toBe(2);
  if (hasSignal) host.abort();
  else close();
  expect(el.childElementCount).toBe(0);
  if (!(model instanceof ThrowingModel)) expect(model.listeners).toBe(0);
});

test("a closed view does not come back to life through a host that cannot unlisten", async () => {
  const model = new ThrowingModel(traits());
  const { close, part } = await mountExplorer(model);
  close();
  const selection = part("qk-selection").textContent;
  model.set("layer", 2);
  await painted();
  expect(part("qk-selection").textContent).toBe(selection);
});

test("a view whose host is already gone is not made", async () => {
  const model = new FakeModel(traits({ live: true }));
  const el = document.createElement("div");
  const close = await explorer.render({ model, el, signal: AbortSignal.abort() });
  expect(el.childElementCount).toBe(0);
  expect(model.listeners).toBe(0);
  close();
});

test("a host's element keeps what else is in it", async () => {
  const el = document.createElement("div");
  const link = document.createElement("link");
  el.append(link);
  document.body.append(el);
  const close = await explorer.render({ model: new FakeModel(traits()), el });
  expect([...el.children].map((child) => child.className)).toEqual(["", "qk-view"]);
  close();
  expect([...el.children]).toEqual([link]);
});

test("no listener of a closed view is called, even by a host that cannot unlisten", async () => {
  const heard = vi.fn();
  const widget = defineWidget({
    css: "",
    render: ({ model, signal }) => model.on("change:layer", heard, signal),
  });
  const model = new ThrowingModel({ layer: 0 });
  const close = await widget.render({ model, el: document.createElement("div") });
  model.set("layer", 1);
  close();
  model.set("layer", 2);
  expect(heard).toHaveBeenCalledTimes(1);
});

test("two views of one model follow each other, and one closing leaves the other", async () => {
  const model = new FakeModel(traits());
  const [first, second] = [await mountExplorer(model), await mountExplorer(model)];
  await painted();
  first.part("qk-grid").querySelector<HTMLElement>('[data-layer="0"][data-head="1"]')?.click();
  await painted();
  expect(second.part("qk-selection").textContent).toBe("L0 H1 M2");
  first.close();
  model.set("mode", 0);
  await painted();
  expect(second.part("qk-selection").textContent).toBe("L0 H1 M0");
  second.close();
  expect(model.listeners).toBe(0);
});

test("blob addresses of the pictures are given back", async () => {
  const revoked = vi.spyOn(URL, "revokeObjectURL");
  const { close } = await mountExplorer(new FakeModel(traits()));
  close();
  expect(revoked).toHaveBeenCalledTimes(2);
  revoked.mockRestore();
});

test("the theme is that of the first opaque background around the view", async () => {
  const model = new FakeModel(traits());
  document.body.style.backgroundColor = "rgb(20, 20, 20)";
  const { root, close } = await mountExplorer(model);
  expect(root.dataset.qkTheme).toBe("dark");
  document.body.style.backgroundColor = "rgb(250, 250, 250)";
  document.body.className = "switched";
  await painted();
  expect(root.dataset.qkTheme).toBe("light");
  close();
  document.body.removeAttribute("style");
});

test("a failing tile is told in the view, and nothing of what was there is lost", async () => {
  const model = new FakeModel(traits({ live: true, tiles: { L1H0: new DataView(tileBytes(1, 0).buffer) } }));
  const { part, root, close } = await mountExplorer(model);
  await painted();
  model.set("layer", 0);
  await painted();
  const { id } = model.sent.at(-1) ?? {};
  model.deliver({ kind: "ack", id });
  model.deliver({ kind: "error", id, message: "No memory left on the <b>device</b>." });
  await painted();
  expect(part("qk-error").textContent).toBe("No memory left on the <b>device</b>.");
  expect(root.querySelectorAll(".picture").length).toBe(2);
  expect(part("qk-selection").textContent).toBe("L0 H0 M2");
  model.set("layer", 1);
  await painted();
  expect(part("qk-error").textContent).toBe("");
  close();
});

beforeEach(() => document.body.removeAttribute("class"));
