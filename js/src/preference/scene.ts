/** The scene with its masks outlined, and where its target and a distractor look. */

import { mix } from "../lib/colour.ts";
import { tokenName } from "../lib/data.ts";
import { h, setAttributes, setText, svg } from "../lib/dom.ts";
import { format } from "../lib/numbers.ts";
import { bordersOf } from "../lib/outlines.ts";
import { Pane } from "../panels/pane.ts";
import { frame } from "../panels/panel.ts";
import { headWords, type Part, type PreferenceContext } from "./context.ts";
import { QUERIES, type Scene } from "./data.ts";

const PALETTE = "red-cyan";

export function scenePanel(context: PreferenceContext): Part {
  const { store, meta } = context;
  const picture = maskedPicture(context);
  const views = QUERIES.map((_, query) => attentionView(context, query));
  return {
    root: frame(
      "scene",
      "Scene and attention",
      [],
      h("div", { class: "three" }, picture.root, ...views.map(({ root }) => root)),
      h(
        "p",
        { class: "caption" },
        "Yellow, whole line: target; white, broken line: distractors. Red square: the patch that asks, the one with the largest share " +
          "of its object. Cyan: its attention to the patches, each picture up to its own brightest patch.",
      ),
    ),
    keys: ["shown", "layer", "head"],
    paint() {
      const { shown, layer, head } = store.state;
      if (!shown) return;
      picture.paint(shown.scene, shown.url);
      for (const view of views) view.paint(shown.scene, shown.url, Math.min(layer, meta.n_layers - 1), head);
    },
  };
}

function maskedPicture({ meta }: PreferenceContext) {
  const photograph = h("img", { alt: "", draggable: "false" });
  const paths = { halo: svg("path", { class: "halo" }), others: svg("path", { class: "others" }) };
  const target = svg("path", { class: "target" });
  const drawing = svg(
    "svg",
    { class: "marks", preserveAspectRatio: "none", "aria-hidden": "true" },
    paths.halo,
    paths.others,
    target,
  );
  const words = h("figcaption", {});
  const pane = h("div", { class: "pane masks", role: "img", "data-testid": "qk-masks" }, photograph, drawing);
  const [rows, columns] = meta.layout.grid;
  pane.style.aspectRatio = String(columns / rows);
  let drawn: Scene | undefined;
  return {
    root: h("figure", {}, pane, words),
    paint(scene: Scene, url: string): void {
      if (drawn === scene) return;
      drawn = scene;
      const { regions } = scene;
      setAttributes(photograph, { src: url });
      setAttributes(drawing, { viewBox: `0 0 ${regions.columns} ${regions.rows}` });
      setAttributes(paths.halo, { d: bordersOf(regions, (label) => label > 0) });
      setAttributes(paths.others, { d: bordersOf(regions, (label) => label > 1) });
      setAttributes(target, { d: bordersOf(regions, (label) => label === 1) });
      const said = `target and ${meta.merged ? "distractors" : counted(regions.labels)}`;
      setText(words, said);
      setAttributes(pane, { "aria-label": said });
    },
  };
}

/** "5 distractors", of the regions of all pixels */
function counted(labels: ArrayLike<number>): string {
  const count = [...new Set(Array.from(labels))].filter((label) => label > 1).length;
  return `${count} distractor${count === 1 ? "" : "s"}`;
}

function attentionView({ meta, store, signal }: PreferenceContext, query: number) {
  const [rows, columns] = meta.layout.grid;
  const name = QUERIES[query] ?? "";
  const pane = new Pane({
    grid: meta.layout.grid,
    aspect: columns / rows,
    label: `attention of the ${name}’s patch`,
    url: "",
  });
  const prefix = meta.layout.n_cls + meta.layout.n_distill + meta.layout.n_registers;
  const words = h("figcaption", {});
  let weights = new Float32Array(0);
  let resting = "";
  /** the patch that is pointed at, walked to or tapped, -1: none */
  let pointed = -1;
  const told = (): string =>
    pointed < 0 ? resting : `${tokenName(meta, prefix + pointed)}: ${format(weights[pointed] ?? Number.NaN)}`;
  function tell(patch: number): void {
    pointed = patch;
    pane.outline("hover", patch);
    setText(words, told());
  }
  const cursor = (): number => (pointed < 0 ? (store.state.shown?.scene.query[query] ?? 0) : pointed);
  pane.listen({ hover: tell, leave: () => tell(-1), choose: tell, cursor }, signal);
  setAttributes(pane.root, { "data-testid": `qk-attention-${name}` });
  return {
    root: h("figure", {}, pane.root, words),
    paint(scene: Scene, url: string, layer: number, head: number): void {
      weights = scene.attention(layer, head, query) as Float32Array<ArrayBuffer>;
      const top = weights.reduce((largest, weight) => Math.max(largest, weight), 0);
      const asking = scene.query[query] ?? -1;
      pane.picture(url);
      pane.paint((patch) => mix(0, (weights[patch] ?? 0) / (top || 1), PALETTE));
      pane.outline("query", asking);
      resting = `${name} asks (${tokenName(meta, prefix + asking)}), ${headWords(head, meta.n_heads)}; brightest ${format(top)}`;
      setText(words, told());
    },
  };
}
