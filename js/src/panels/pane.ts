/** One picture on the patch grid: photograph, map, corner ticks and outlines, and the patch under the pointer. */

import { BLACK, type Colour } from "../lib/colour.ts";
import { FOCUSABLE, h, setAttributes, svg } from "../lib/dom.ts";
import { clamp } from "../lib/numbers.ts";
import { PatchPixels } from "../lib/pixels.ts";

export interface PaneOptions {
  readonly grid: readonly [number, number];
  readonly aspect: number;
  readonly label: string;
  /** address of the photograph under the map, "" where it comes later; none for a map alone */
  readonly url?: string | undefined;
}

export interface PatchEvents {
  hover(patch: number): void;
  leave(): void;
  choose(patch: number): void;
  /** where the keyboard cursor starts */
  cursor(): number;
}

type Outline = "query" | "key" | "hover";

/** Side of a corner tick, in patches. */
const TICK = 0.4;
const UPPER_TICK = `h${TICK}l${-TICK} ${TICK}z`;
const LOWER_TICK = `h${-TICK}l${TICK} ${-TICK}z`;

export class Pane {
  readonly root: HTMLElement;
  readonly #rows: number;
  readonly #columns: number;
  readonly #pixels: PatchPixels;
  readonly #photograph = h("img", { alt: "", draggable: "false" });
  readonly #outlines: Record<Outline, SVGGElement>;
  /** the patch that each outline is on */
  readonly #outlined: Record<Outline, number> = { query: -1, key: -1, hover: -1 };
  #offered: readonly number[] = [];
  #isClear = false;
  readonly #ticks = svg("path", { class: "ticks" });
  readonly #choices = svg("g", { class: "choices" });

  constructor({ grid: [rows, columns], aspect, label, url }: PaneOptions) {
    this.#rows = rows;
    this.#columns = columns;
    this.#pixels = new PatchPixels(columns, rows, "map");
    // Light under colour, so that an outline is seen on every picture.
    const outline = (kind: Outline): SVGGElement =>
      svg(
        "g",
        { class: `outline ${kind}`, visibility: "hidden" },
        svg("rect", { class: "halo", width: 1, height: 1 }),
        svg("rect", { width: 1, height: 1 }),
      );
    this.#outlines = { key: outline("key"), query: outline("query"), hover: outline("hover") };
    const marks = svg(
      "svg",
      {
        class: "marks",
        viewBox: `0 0 ${columns} ${rows}`,
        preserveAspectRatio: "none",
        "aria-hidden": "true",
      },
      this.#choices,
      this.#ticks,
      this.#outlines.key,
      this.#outlines.hover,
      this.#outlines.query,
    );
    if (url !== undefined) this.picture(url);
    this.root = h(
      "div",
      { class: "pane", role: "group", tabindex: 0, "aria-label": label, ...FOCUSABLE },
      ...(url === undefined ? [] : [this.#photograph]),
      this.#pixels.canvas,
      marks,
    );
    this.root.style.aspectRatio = String(aspect);
  }

  /** The address of another photograph, where there is one. */
  picture(url: string): void {
    setAttributes(this.#photograph, { src: url || undefined });
  }

  /** Colour of each patch, as light added to the photograph or as the map itself (see the style sheet). */
  paint(colourOf: (patch: number) => Colour): void {
    this.#pixels.paint(colourOf);
    this.#isClear = false;
  }

  /** Nothing to show: the photograph alone. */
  clear(): void {
    if (this.#isClear) return;
    this.paint(() => BLACK);
    this.tick([], []);
    this.#isClear = true;
  }

  /** Marks clipped patches: query maps at the upper left corner, key maps at the lower right one. */
  tick(query: readonly number[], key: readonly number[]): void {
    let d = "";
    for (const patch of query) d += `M${this.#column(patch)} ${this.#row(patch)}${UPPER_TICK}`;
    for (const patch of key) d += `M${this.#column(patch) + 1} ${this.#row(patch) + 1}${LOWER_TICK}`;
    setAttributes(this.#ticks, { d });
  }

  outline(kind: Outline, patch: number): void {
    if (this.#outlined[kind] === patch) return;
    this.#outlined[kind] = patch;
    const outside = patch < 0 || patch >= this.#rows * this.#columns;
    setAttributes(
      this.#outlines[kind],
      outside
        ? { visibility: "hidden" }
        : {
            visibility: "visible",
            transform: `translate(${this.#column(patch)} ${this.#row(patch)})`,
          },
    );
  }

  /** Dots on the patches that can be chosen, where not all can. */
  offer(patches: readonly number[]): void {
    if (this.#offered.join() === patches.join()) return;
    this.#offered = patches;
    this.#choices.replaceChildren(
      ...patches.map((patch) =>
        svg("circle", {
          cx: this.#column(patch) + 0.5,
          cy: this.#row(patch) + 0.5,
          r: 0.14,
        }),
      ),
    );
  }

  listen(events: PatchEvents, signal: AbortSignal): void {
    this.root.addEventListener("pointermove", (event) => events.hover(this.#patchAt(event)), { signal });
    this.root.addEventListener("pointerleave", () => events.leave(), { signal });
    this.root.addEventListener("blur", () => events.leave(), { signal });
    this.root.addEventListener("click", (event) => events.choose(this.#patchAt(event)), { signal });
    this.root.addEventListener("keydown", (event) => this.#onKey(event, events), { signal });
  }

  #column(patch: number): number {
    return patch % this.#columns;
  }

  #row(patch: number): number {
    return Math.floor(patch / this.#columns);
  }

  #patchAt({ clientX, clientY }: MouseEvent): number {
    const { left, top, width, height } = this.root.getBoundingClientRect();
    const column = clamp(Math.floor(((clientX - left) / width) * this.#columns), 0, this.#columns - 1);
    const row = clamp(Math.floor(((clientY - top) / height) * this.#rows), 0, this.#rows - 1);
    return row * this.#columns + column;
  }

  #onKey(event: KeyboardEvent, events: PatchEvents): void {
    const patch = clamp(events.cursor(), 0, this.#rows * this.#columns - 1);
    const column = patch % this.#columns;
    const moves: Record<string, number> = {
      ArrowLeft: column > 0 ? patch - 1 : patch,
      ArrowRight: column < this.#columns - 1 ? patch + 1 : patch,
      ArrowUp: patch >= this.#columns ? patch - this.#columns : patch,
      ArrowDown: patch < (this.#rows - 1) * this.#columns ? patch + this.#columns : patch,
    };
    const moved = moves[event.key];
    if (moved !== undefined) events.hover(moved);
    else if (event.key === "Enter" || event.key === " ") events.choose(patch);
    else return;
    event.preventDefault();
  }
}
