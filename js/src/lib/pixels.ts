/** A picture of one pixel per patch, enlarged by CSS without smoothing. */

import type { Colour } from "./colour.ts";
import { h } from "./dom.ts";

export class PatchPixels {
  readonly canvas: HTMLCanvasElement;
  readonly colours: Uint32Array;
  readonly #context: CanvasRenderingContext2D | null;
  readonly #image: ImageData | undefined;

  constructor(columns: number, rows: number, className: string) {
    this.canvas = h("canvas", { width: columns, height: rows, class: className, "aria-hidden": "true" });
    this.#context = this.canvas.getContext("2d");
    this.#image = this.#context?.createImageData(columns, rows);
    // Where there is no canvas (tests), the colours are kept and nothing is shown.
    this.colours = this.#image ? new Uint32Array(this.#image.data.buffer) : new Uint32Array(columns * rows);
  }

  paint(colourOf: (patch: number) => Colour): void {
    const { colours } = this;
    for (let patch = 0; patch < colours.length; patch++) colours[patch] = colourOf(patch);
    if (this.#image) this.#context?.putImageData(this.#image, 0, 0);
  }
}
