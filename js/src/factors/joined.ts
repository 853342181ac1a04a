/**
 * The two papers in one picture: does a mode seek its like (cosine of its two directions), and is what it trades a place?
 *
 * Every mode of the model is a point; those of the current layer are dark, those of the head coloured. Only modes of the weights have
 * a cosine, so a view of modes on data has no such picture.
 */

import { h, setAttributes, setText, svg } from "../lib/dom.ts";
import { defined, formatUnit, linear } from "../lib/numbers.ts";
import { frame, yLabel } from "../panels/panel.ts";
import { between } from "./cells.ts";
import type { FactorContext, FactorPanel } from "./context.ts";
import { percentWords } from "./words.ts";

/** Edges of the drawing in pixels, and how far from a point a click still means it. */
const [TOP, FLOOR, HEIGHT, REACH] = [6, 200, 222, 12];

interface Place {
  readonly layer: number;
  readonly head: number;
  readonly mode: number;
  readonly position: number;
  readonly cosine: number;
}

export function joinedPanel({ store, meta, modes, signal }: FactorContext): FactorPanel {
  const y = linear([-1, 1], [FLOOR, TOP]);
  const places = placesOf();
  const dots = (among: readonly Place[]): string =>
    among.map(({ position, cosine }) => `M${position.toFixed(4)} ${y(cosine).toFixed(1)}h0`).join("");
  const [all, ofLayer, ofHead] = ["all", "layer", "head"].map((of) =>
    svg("path", { class: "cloud", "data-of": of }),
  ) as [SVGPathElement, SVGPathElement, SVGPathElement];
  setAttributes(all, { d: dots(places) });
  const ring = svg("circle", { class: "ring", r: 6 });
  const chart = svg(
    "svg",
    { class: "chart", height: HEIGHT, role: "img" },
    svg("line", { class: "zero", x1: 0, x2: "100%", y1: y(0), y2: y(0) }),
    svg("line", { class: "rule", x1: 0, x2: "100%", y1: FLOOR, y2: FLOOR }),
    svg(
      "svg",
      { viewBox: `0 0 1 ${HEIGHT}`, width: "100%", height: HEIGHT, preserveAspectRatio: "none" },
      all,
      ofLayer,
      ofHead,
    ),
    ring,
    ...(["start", "middle", "end"] as const).map((anchor, i) =>
      svg(
        "text",
        { class: "tick", x: `${50 * i}%`, y: HEIGHT - 6, "text-anchor": anchor },
        percentWords(i / 2),
      ),
    ),
  );
  const labels = h("div", { class: "ylabels", "aria-hidden": "true" });
  labels.append(yLabel(TOP, "1"), yLabel(y(0.5), "cos"), yLabel(y(0), "0"), yLabel(FLOOR, "−1"));
  const readout = h("output", { class: "readout" });
  const root = frame(
    "joined",
    "Cosine and position",
    [],
    h("div", { class: "plot" }, labels, chart),
    h("p", { class: "xlabel" }, "share of position, mean of both sides"),
    readout,
    h(
      "p",
      { class: "caption" },
      "Each point a mode of the weights: its cosine (1: like seeks like) and what its two sides hold of position. Pale: all layers; dark: this layer; coloured: this head. Click one to choose it.",
    ),
  );

  function placesOf(): Place[] {
    const found: Place[] = [];
    for (let layer = 0; layer < meta.n_layers; layer++)
      for (let head = 0; head < meta.n_heads; head++)
        for (const [mode, cosine] of Array.from(modes.of("cosine", layer, head)).entries()) {
          const sides = [
            modes.shares("query", layer, head, mode),
            modes.shares("key", layer, head, mode),
          ] as const;
          const position = between(...sides)[1];
          if (Number.isFinite(cosine + position)) found.push({ layer, head, mode, position, cosine });
        }
    return found;
  }

  chart.addEventListener(
    "click",
    (event) => {
      const { left, top, width } = chart.getBoundingClientRect();
      const [x, at] = [event.clientX - left, event.clientY - top];
      const distance = (place: Place): number => Math.hypot(place.position * width - x, y(place.cosine) - at);
      const nearest = places.reduce<Place | undefined>(
        (best, place) => (best && distance(best) <= distance(place) ? best : place),
        undefined,
      );
      if (!nearest || distance(nearest) > REACH) return;
      const { layer, head, mode } = nearest;
      store.set({ layer, head, mode });
    },
    { signal },
  );

  let drawn = "";
  return {
    root,
    keys: ["layer", "head", "mode"],
    paint() {
      const { layer, head, mode } = store.state;
      if (drawn !== `${layer} ${head}`) {
        drawn = `${layer} ${head}`;
        const own = places.filter((place) => place.layer === layer);
        setAttributes(ofLayer, { d: dots(own) });
        setAttributes(ofHead, { d: dots(own.filter((place) => place.head === head)) });
      }
      const chosen = places.find(
        (place) => place.layer === layer && place.head === head && place.mode === mode,
      );
      setAttributes(ring, {
        cx: chosen && `${100 * chosen.position}%`,
        cy: chosen && y(chosen.cosine),
        visibility: !chosen && "hidden",
      });
      const words = `M${mode}  cosine ${defined(chosen?.cosine, formatUnit)}  position ${defined(chosen?.position, percentWords)}`;
      setText(readout, words);
      setAttributes(chart, { "aria-label": `Cosine and share of position of all modes. ${words}` });
    },
  };
}
