import { afterEach, expect, test, vi } from "vitest";
import { counted, formatPercent } from "../src/lib/numbers.ts";
import {
  exact,
  HEADS,
  IMAGES,
  LAYERS,
  MODES,
  meta,
  spectraBytes,
  tileBytes,
  traits,
  wave,
} from "./fixture.ts";
import { FakeModel, type Mounted, mountExplorer, painted } from "./hosts.ts";

afterEach(() => document.body.replaceChildren());

const text = (element: Element): string => element.textContent ?? "";

async function open(changes: Record<string, unknown> = {}): Promise<Mounted & { model: FakeModel }> {
  const model = new FakeModel(traits(changes));
  const mounted = await mountExplorer(model);
  await painted();
  return { ...mounted, model };
}

function press(element: Element, key: string): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true });
  element.dispatchEvent(event);
  return event;
}

test("a view is ready after its first paint and shows the selection of its traits", async () => {
  const { root, part } = await open();
  expect(root.dataset.ready).toBe("1");
  expect(text(part("qk-selection"))).toBe("L1 H0 M2");
  expect(part<HTMLInputElement>("qk-slider-layer").value).toBe("1");
  expect(part("qk-grid").querySelector('[aria-selected="true"]')?.getAttribute("data-layer")).toBe("1");
  for (const id of ["qk-grid", "qk-spectrum", "qk-overlay", "qk-trend", "qk-attention"]) part(id);
});

test("ready means painted: the maps of an embedded head are there", async () => {
  const { root, part, close } = await mountExplorer(new FakeModel(traits()));
  expect(root.dataset.ready).toBe("1");
  expect(text(part("qk-overlay"))).toContain("query a = 0.800");
  expect(text(part("qk-attention"))).toContain("Softmax over all 7 tokens");
  close();
});

test("what the weights say stands in one tier, what the images say in the next", async () => {
  const { root } = await open();
  const tiers = [...root.querySelectorAll(".tier")].map((tier) =>
    [...tier.children].map((panel) => panel.getAttribute("data-testid")),
  );
  expect(tiers).toEqual([
    ["qk-grid", "qk-spectrum", "qk-trend"],
    ["qk-overlay", "qk-attention"],
  ]);
});

test("the view follows its traits, and the traits follow the view", async () => {
  const { model, part } = await open();
  model.set("layer", 2);
  await painted();
  expect(text(part("qk-selection"))).toBe("L2 H0 M2");
  part("qk-spectrum")
    .querySelector<SVGElement>('[data-mode="3"]')
    ?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  part("qk-grid").querySelector<HTMLElement>('[data-layer="0"][data-head="1"]')?.click();
  await painted();
  // What changes fast is sent after a moment.
  await expect.poll(() => [model.get("layer"), model.get("head"), model.get("mode")]).toEqual([0, 1, 3]);
  expect(model.saves).toBeGreaterThan(0);
});

test("sliders move layer, head and mode", async () => {
  const { model, part } = await open();
  for (const [name, value] of [
    ["layer", "2"],
    ["head", "1"],
    ["mode", "0"],
  ]) {
    const slider = part<HTMLInputElement>(`qk-slider-${name}`);
    slider.value = value as string;
    slider.dispatchEvent(new Event("input"));
  }
  await painted();
  expect(text(part("qk-selection"))).toBe("L2 H1 M0");
  expect([model.get("layer"), model.get("head"), model.get("mode")]).toEqual([2, 1, 0]);
});

test("arrow keys walk the grid, one cell is in the tab order, and the notebook hears none of it", async () => {
  const { el, model, part } = await open();
  const heard = vi.fn();
  el.addEventListener("keydown", heard);
  const current = (): HTMLElement => part("qk-grid").querySelector('[tabindex="0"]') as HTMLElement;
  press(current(), "ArrowRight");
  press(current(), "ArrowDown");
  press(current(), "ArrowDown");
  await painted();
  await expect.poll(() => [model.get("layer"), model.get("head")]).toEqual([2, 1]);
  expect(part("qk-grid").querySelectorAll('[role="gridcell"][tabindex="0"]').length).toBe(1);
  expect((part("qk-grid").getRootNode() as ShadowRoot).activeElement).toBe(current());
  expect(heard).not.toHaveBeenCalled();
  press(current(), "Escape");
  expect(heard).toHaveBeenCalledTimes(1);
});

test("whatever can take the focus keeps JupyterLab's shortcuts away", async () => {
  const { root } = await open();
  const focusable = root.querySelectorAll("button, input, select, summary, [tabindex]");
  expect(focusable.length).toBeGreaterThan(20);
  for (const element of focusable) expect(element.hasAttribute("data-lm-suppress-shortcuts")).toBe(true);
});

test("labels with markup in them are shown as text", async () => {
  const { root } = await open();
  expect(root.querySelector("h2 b")).toBeNull();
  expect(text(root.querySelector("h2") as Element)).toBe("A <b>small</b> model");
  expect([...root.querySelectorAll("img")].every((img) => img.getAttribute("src")?.startsWith("blob:"))).toBe(
    true,
  );
  expect(text(root.querySelector("figcaption") as Element)).toBe("<img src=x onerror=alert(0)>");
});

test("a mode inside a block is shown and said not to be unique; a null mode too", async () => {
  const { model, part } = await open();
  expect(text(part("qk-spectrum"))).toContain("defined only together with M1");
  model.set("mode", 3);
  await painted();
  expect(text(part("qk-spectrum"))).toContain("may turn under the rounding of the stored weights");
  model.set("head", 1);
  await painted();
  expect(text(part("qk-spectrum"))).toContain("null mode");
  expect(part("qk-spectrum").querySelectorAll(".null").length).toBe(1);
});

test("clipped patches are marked, and the range is printed", async () => {
  const { part } = await open();
  const ticks = [...part("qk-overlay").querySelectorAll(".ticks")].map(
    (path) => path.getAttribute("d") ?? "",
  );
  expect(ticks.some((d) => d.startsWith("M"))).toBe(true);
  expect(text(part("qk-overlay"))).toContain("query a = 0.800, key a = 0.800");
  expect(text(part("qk-overlay"))).toContain("does not mean that a patch attends to itself");
});

test("the sign shown is printed, and follows the trait", async () => {
  const { model, part } = await open({ mode: 1 });
  expect(text(part("qk-overlay"))).toContain("Sign −, the one with the larger score");
  model.set("sign", "+");
  await painted();
  expect(text(part("qk-overlay"))).toContain("Sign +. Scale");
});

test("one is one image, and many are counted in thousands", () => {
  expect([0, 1, 2, 1000, 1234567].map((count) => counted(count, "image"))).toEqual([
    "0 images",
    "1 image",
    "2 images",
    "1,000 images",
    "1,234,567 images",
  ]);
});

test("a patch gets its numbers on hover, and becomes the query on a click", async () => {
  const { model, part } = await open();
  const pane = part("qk-overlay").querySelector<HTMLElement>('[data-image="1"] .pane') as HTMLElement;
  pane.getBoundingClientRect = () => ({ left: 0, top: 0, width: 30, height: 20 }) as DOMRect;
  pane.dispatchEvent(new MouseEvent("pointermove", { clientX: 25, clientY: 15 }));
  await painted();
  expect(text(part("qk-overlay"))).toMatch(/r1 c2 {2}query −?\d\S*\s±\s\S+ {2}key −?\d\S*\s±\s\S+/);
  expect(text(part("qk-overlay"))).not.toContain("adds");
  pane.dispatchEvent(new MouseEvent("click", { clientX: 5, clientY: 15 }));
  await painted();
  expect([model.get("image"), model.get("token")]).toEqual([1, 1 + 3]);
  pane.dispatchEvent(new MouseEvent("pointermove", { clientX: 25, clientY: 15 }));
  await painted();
  expect(text(part("qk-overlay"))).toMatch(/L1 H0 M2 adds −?\S+\s±\s\S+ to the score of query r1 c0/);
});

test("the parts of a score add up to the printed sum", async () => {
  const { part } = await open();
  const values = [...part("qk-attention").querySelectorAll<HTMLElement>("[data-value]")].map((cell) =>
    Number(cell.dataset.value),
  );
  const total = values.reduce((a, b) => a + b, 0);
  const printed = text(part("qk-attention")).match(/sum = score (−?)([\d.]+)/);
  expect(values.length).toBe(4 + 2);
  expect(Number(printed?.[2]) * (printed?.[1] ? -1 : 1)).toBeCloseTo(total, 1);
});

test("the modes of an image are ranked, and the share not shown is printed", async () => {
  const { model, part } = await open({ mode: 0 });
  const ranks = (): HTMLElement[] => [...part("qk-attention").querySelectorAll<HTMLElement>(".rank")];
  const start = 1 * HEADS * MODES;
  const shares = [...wave(IMAGES * LAYERS * HEADS * MODES, 3).subarray(start, start + MODES)];
  const order = [0, 1, 2, 3].sort((a, b) => (shares[b] as number) - (shares[a] as number));
  expect(ranks().map((rank) => Number(rank.dataset.mode))).toEqual(order);
  const left = 1 - 0.125 - shares.reduce((a, b) => a + b, 0);
  expect(text(part("qk-attention"))).toContain(`bias 13 % · not shown ${formatPercent(left)}`);
  ranks()[2]?.click();
  await painted();
  expect(model.get("mode")).toBe(order[2]);
});

test("with some modes embedded, attention is shown for whole rows only and the rest is named", async () => {
  const tiles = { L1H0: new DataView(tileBytes(1, 0, 2).buffer) };
  const { model, part } = await open({ tiles, meta: meta({ embedded_modes: 2 }), mode: 0, token: 2 });
  const attention = (): string => text(part("qk-attention"));
  expect(attention()).toContain("Softmax over all 7 tokens");
  expect(attention()).toContain("2 modes not in this page");
  expect(attention()).toContain("sum = score");
  model.set("token", 3);
  await painted();
  expect(attention()).not.toContain("Softmax over");
  expect(attention()).toContain("needs all modes");
  expect(attention()).toContain("2 modes not in this pagenot known");
  expect(attention()).not.toContain("sum = score");
  model.set("mode", 3);
  await painted();
  expect(text(part("qk-overlay"))).toContain("The maps of M3 are not in this page: it holds M0 to M1");
});

test("a finger that leaves after a tap leaves the numbers of its patch there", async () => {
  const { part } = await open();
  const pane = part("qk-overlay").querySelector(".pane") as HTMLElement;
  pane.getBoundingClientRect = () => ({ left: 0, top: 0, width: 30, height: 20 }) as DOMRect;
  pane.dispatchEvent(new MouseEvent("pointermove", { clientX: 25, clientY: 15 }));
  pane.dispatchEvent(new MouseEvent("pointerleave"));
  pane.dispatchEvent(new MouseEvent("click", { clientX: 25, clientY: 15 }));
  await painted();
  expect(text(part("qk-overlay").querySelector(".body > output") as Element)).toMatch(/^r1 c2 {2}query /);
});

test("hovering does not repaint maps, and Python hears nothing of it", async () => {
  const { model, part } = await open();
  const saves = model.saves;
  const pane = part("qk-overlay").querySelector<HTMLElement>(".pane") as HTMLElement;
  pane.getBoundingClientRect = () => ({ left: 0, top: 0, width: 30, height: 20 }) as DOMRect;
  pane.dispatchEvent(new MouseEvent("pointermove", { clientX: 25, clientY: 15 }));
  await painted();
  expect(model.saves).toBe(saves);
});

test("only the panels asked for, and none about images without one", async () => {
  const some = await open({ panels: ["trend", "grid"] });
  expect(some.root.querySelector('[data-testid="qk-overlay"]')).toBeNull();
  expect(some.root.querySelectorAll(".panel").length).toBe(2);
  const none = await open({ meta: meta({ images: [] }), pictures: null, tiles: {} });
  expect(none.root.dataset.ready).toBe("1");
  expect(none.root.querySelectorAll(".panel").length).toBe(3);
  expect(text(none.part("qk-error"))).toBe("");
});

test("data that did not arrive are said in words", async () => {
  const { part, root } = await open({ spectra: null });
  expect(text(part("qk-error"))).toContain("nothing that holds bytes came with this view");
  expect(root.dataset.ready).toBe("1");
  const newer = await open({ meta: meta({ format: 2 }) });
  expect(text(newer.part("qk-error"))).toContain("made by a newer qkwidgets");
});

test("new data from Python are mounted once, and the old listeners are gone", async () => {
  const { model, part } = await open();
  const before = model.listeners;
  const pictures = vi.spyOn(URL, "createObjectURL");
  model.set("meta", meta({ title: "Another model" }));
  model.set("panels", ["trend", "grid", "attention"]);
  await painted();
  expect(text(part("qk-grid").closest(".qk")?.querySelector("h2") as Element)).toBe("Another model");
  expect(pictures).toHaveBeenCalledTimes(IMAGES);
  expect(model.listeners).toBe(before);
  pictures.mockRestore();
});

test("a selection outside the model shows the nearest inside", async () => {
  const { model, part } = await open({ layer: 99, mode: -3 });
  expect(text(part("qk-selection"))).toBe(`L${LAYERS - 1} H0 M0`);
  model.set("head", 99);
  await painted();
  expect(text(part("qk-selection"))).toBe(`L${LAYERS - 1} H1 M0`);
});

test("the brightest patch carries its bound, and the bound of the scores is never rounded down", async () => {
  const { part } = await open();
  expect(text(part("qk-attention"))).toMatch(/brightest patch \d\S*\s±\s\S+; scores rounded to ±[\d.]+\./);
});

test("a mode among the parts of a score is chosen by a click", async () => {
  const { model, part } = await open({ mode: 0 });
  part("qk-attention").querySelector<HTMLElement>("table.parts button[data-mode='3']")?.click();
  await painted();
  expect(model.get("mode")).toBe(3);
});

/** Head L1 H1 has no interaction at all, and layer 2 only such heads. */
function withUndefined(): Uint8Array {
  const nan = Number.NaN;
  const modes = Array.from({ length: LAYERS * HEADS * MODES }, (_, i) => (i >= 3 * MODES ? nan : 0.5));
  const heads = [0.1, 0.2, 0.3, nan, nan, nan];
  return spectraBytes({
    singular_values: exact([LAYERS, HEADS, MODES], modes),
    cosine: exact([LAYERS, HEADS, MODES], modes),
    head_cosine: exact([LAYERS, HEADS], heads),
    layer_cosine: exact([LAYERS], [0.15, 0.3, nan]),
    layer_band: exact([LAYERS], [0.05, 0.05, nan]),
    head_numbers: exact([2, LAYERS, HEADS], [...heads, ...heads]),
  });
}

test("heads without any interaction are not defined, in words, and draw nothing", async () => {
  const { model, root, part } = await open({ spectra: withUndefined(), layer: 1, head: 1, mode: 0 });
  for (const [layer, mean] of [
    [1, "0.30"],
    [2, "not defined"],
  ] as const) {
    model.set("layer", layer);
    await painted();
    expect(text(part("qk-trend"))).toContain(`L${layer}  mean ${mean}`);
    expect(text(part("qk-trend"))).toContain("H1 not defined");
    expect(text(part("qk-grid"))).toContain(`L${layer} H1  weighted mean cosine not defined`);
    expect(text(part("qk-spectrum"))).toContain("M0  σ not defined  cosine not defined");
    expect(part("qk-trend").querySelector(".ring")?.getAttribute("visibility")).toBe("hidden");
    for (const element of root.querySelectorAll("*"))
      for (const { name, value } of element.attributes)
        expect(value, `${name} of ${element.tagName}`).not.toMatch(/NaN|Infinity|undefined$/);
  }
  const trend = part("qk-trend");
  expect(trend.querySelectorAll(".dot").length).toBe(3);
  expect(trend.querySelectorAll(".mean-dot").length).toBe(2);
  expect(trend.querySelectorAll("line.mean").length).toBe(1);
  const cell = part("qk-grid").querySelector('[data-layer="2"][data-head="0"]');
  expect(cell?.getAttribute("aria-label")).toContain("not defined");
  expect(cell?.hasAttribute("data-undefined")).toBe(true);
  model.set("layer", 0);
  await painted();
  expect(trend.querySelector(".ring")?.hasAttribute("visibility")).toBe(false);
});

test("range and sign are those of the images the view was made from, also where not all are shown", async () => {
  const all = await open({ meta: meta({ n_images_made: IMAGES }) });
  expect(text(all.part("qk-overlay"))).toContain("over all images shown");
  expect(text(all.part("qk-overlay"))).toContain("the larger score over these images");
  const some = await open({ meta: meta({ n_images_made: 12 }) });
  expect(text(some.part("qk-overlay"))).toContain(
    "99th percentile of |projection| over the 12 images the view was made from",
  );
  expect(text(some.part("qk-overlay"))).toContain(
    "the larger score over the 12 images the view was made from",
  );
  expect(text(some.part("qk-overlay"))).not.toContain("images shown");
});

test("a value-output circuit says what its cosines compare", async () => {
  const words = "left reads, right writes; the two live in different spaces (after and before a norm)";
  expect(text((await open()).part("qk-spectrum"))).not.toContain(words);
  const ov = await open({ meta: meta({ circuit: "ov" }) });
  expect(text(ov.part("qk-spectrum"))).toContain(`value-output: ${words}`);
});

test("line and band break at a layer without a mean", async () => {
  const spectra = spectraBytes({
    layer_cosine: exact([LAYERS], [0.15, Number.NaN, 0.3]),
    layer_band: exact([LAYERS], [0.05, Number.NaN, 0.05]),
  });
  const { part } = await open({ spectra });
  expect(part("qk-trend").querySelectorAll("line.mean").length).toBe(0);
  expect(part("qk-trend").querySelectorAll(".mean-dot").length).toBe(2);
  expect(part("qk-trend").querySelector("path.band")?.getAttribute("d")).toBe("");
});

test("a mode without a share takes nothing from what is left", async () => {
  const share = new Float32Array(IMAGES * LAYERS * HEADS * MODES).fill(0.25);
  for (let i = 3; i < share.length; i += MODES) share[i] = Number.NaN;
  const { part } = await open({
    spectra: spectraBytes({ share: exact([IMAGES, LAYERS, HEADS, MODES], share) }),
  });
  expect(text(part("qk-attention"))).toContain(`bias 13 % · not shown ${formatPercent(0.125)}`);
  const bars = [...part("qk-attention").querySelectorAll<HTMLElement>(".rank i")].map(
    (bar) => bar.style.width,
  );
  expect(bars).toEqual(["100%", "100%", "100%", "0%"]);
});

test("what red and cyan mean is said first, in the words of the palette", async () => {
  const { model, part } = await open();
  const lead = (): string => text(part("qk-overlay").querySelector(".lead") as Element);
  expect(lead()).toBe("In this mode red patches look at cyan patches.");
  expect(text(part("qk-overlay"))).toContain("red: query, patches that look");
  expect(text(part("qk-overlay"))).toContain("cyan: key, patches looked at");
  const view = model.get("view") as object;
  model.set("view", { ...view, palette: "orange-blue" });
  await painted();
  expect(lead()).toBe("In this mode orange patches look at blue patches.");
  model.set("view", { ...view, layout: "side" });
  await painted();
  expect(lead()).toBe("In this mode green query patches look at green key patches, purple ones at purple.");
  model.set("view", { ...view, layout: "side", scale: "percentile" });
  await painted();
  expect(lead()).toBe("In this mode strong query patches look at strong key patches.");
});

test("every panel says what it is of", async () => {
  const { model, part } = await open();
  const tag = (id: string): string => text(part(id).querySelector(".tag") as Element);
  model.set("layer", 2);
  model.set("mode", 1);
  await painted();
  expect([tag("qk-spectrum"), tag("qk-overlay")]).toEqual(["L2 H0", "L2 H0 M1"]);
  expect(tag("qk-attention")).toBe("L2 H0 on <img src=x onerror=alert(0)>");
});

test("where a kernel may fall silent, the line that says so is kept free", async () => {
  const live = await open({ live: true });
  expect(live.part("qk-note").hasAttribute("data-live")).toBe(true);
  const page = await open();
  expect(page.part("qk-note").hasAttribute("data-live")).toBe(false);
});

const choice = (question: string, panels?: readonly string[]) => ({
  question,
  choice: "this",
  alternative: "that",
  source: "ours",
  ...(panels && { panels }),
});

test("choices of this view come first, those of other analyses are folded away, and none is missing", async () => {
  const about = [
    choice("How are maps coloured?", ["overlay"]),
    choice("What is chance?", ["spectrum", "trend"]),
    choice("Which baseline?", []),
    choice("Made by an older version?"),
  ];
  const questions = (root: Element, selector: string): string[] =>
    [...root.querySelectorAll(`${selector} .choices tbody th`)].map(text);
  const all = await open({ meta: meta({ about }) });
  expect(questions(all.root, ".about > ")).toEqual([
    "How are maps coloured?",
    "What is chance?",
    "Made by an older version?",
  ]);
  expect(questions(all.root, ".about details")).toEqual(["Which baseline?"]);
  expect(text(all.root.querySelector(".about details summary") as Element)).toBe(
    "Choices elsewhere in the package (1)",
  );
  expect((all.root.querySelector(".about details") as HTMLDetailsElement).open).toBe(false);
  const trend = await open({ meta: meta({ about }), panels: ["trend"] });
  expect(questions(trend.root, ".about > ")).toEqual(["What is chance?", "Made by an older version?"]);
});

test("provenance has words of its own, whole fingerprints, and unknown records under their names", async () => {
  const fingerprint = "0123456789abcdef".repeat(4);
  const provenance = {
    name: "m",
    model: "m",
    fingerprint,
    fold_norm: false,
    offset: null,
    tolerance: 0.001,
    versions: { torch: "2.15.0", timm: "1.0.31" },
    card: { run: { steps: 7000 }, name: "<b>o3</b>" },
    surprise: "told",
  };
  const { root } = await open({ meta: meta({ provenance }) });
  const rows = [...root.querySelectorAll(".about .facts")].at(-1) as Element;
  expect([...rows.querySelectorAll("tr")].map((row) => [...row.children].map(text))).toEqual([
    ["model", "m"],
    ["fingerprint of the weights used (SHA-256)", fingerprint],
    ["first norm’s gain in the weights", "no"],
    ["tolerance for equal singular values", "0.001"],
    ["versions", "torch 2.15.0, timm 1.0.31"],
    ["card", "run: steps 7000name: <b>o3</b>"],
    ["surprise", "told"],
  ]);
  expect(rows.querySelector(".fingerprint")?.getAttribute("title")).toBe(fingerprint);
  expect(rows.querySelector("b")).toBeNull();
});

test("long names are whole in the text and in the title", async () => {
  const { part } = await open();
  const name = "<img src=x onerror=alert(0)>";
  expect(part("qk-overlay").querySelector("figcaption")?.getAttribute("title")).toBe(name);
  const ranking = part("qk-attention").querySelector(".line .subtitle") as Element;
  expect([text(ranking), ranking.getAttribute("title")]).toEqual([`modes of ${name}`, `modes of ${name}`]);
});
