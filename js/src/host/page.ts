/** Mounts the models of a page; what a page is made of stands in index.ts. */

import { PageModel } from "./model.ts";

interface PageState {
  readonly models: readonly { id: string; esm: string; traits: Record<string, unknown> }[];
}

interface WidgetModule {
  readonly default: {
    initialize?(props: { model: PageModel; signal: AbortSignal }): unknown;
    render?(props: { model: PageModel; el: HTMLElement; signal: AbortSignal }): unknown;
  };
}

function textOf(element: Element | null | undefined, name: string): string {
  if (!element) throw new Error(`This page is not whole: its part ${name} is missing. Export it again.`);
  return element.textContent ?? "";
}

const text = (selector: string): string => textOf(document.querySelector(selector), selector);

/** The binary parts of the page by name: looking through hundreds of them for each one would take as long as reading it. */
const parts = (): ReadonlyMap<string, Element> =>
  new Map(
    [...document.querySelectorAll<HTMLElement>("script[data-qk-bytes]")].map((part) => [
      part.dataset.qkBytes ?? "",
      part,
    ]),
  );

/** References to parts of the page become objects that read those parts only when asked. */
function withBytes(value: unknown, from: ReadonlyMap<string, Element>): unknown {
  if (Array.isArray(value)) return value.map((part) => withBytes(part, from));
  if (typeof value !== "object" || value === null) return value;
  if ("bytes" in value && typeof value.bytes === "string") {
    const name = value.bytes;
    const gzip = "gzip" in value && value.gzip === true;
    return {
      get base64() {
        return textOf(from.get(name), `of the bytes ${name}`).trim();
      },
      gzip,
    };
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withBytes(part, from)]));
}

async function importModule(name: string): Promise<WidgetModule> {
  const binary = atob(text(`script[data-qk-esm="${CSS.escape(name)}"]`).trim());
  const source = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    return (await import(url)) as WidgetModule;
  } finally {
    URL.revokeObjectURL(url);
  }
}

export async function mountPage(signal: AbortSignal): Promise<void> {
  const { models } = JSON.parse(text("#qk-state")) as PageState;
  const bytes = parts();
  for (const { id, esm, traits } of models) {
    const model = new PageModel(withBytes(traits, bytes) as Record<string, unknown>);
    const views = document.querySelectorAll<HTMLElement>(`[data-qk-view="${CSS.escape(id)}"]`);
    try {
      const { default: widget } = await importModule(esm);
      await widget.initialize?.({ model, signal });
      for (const el of views) await widget.render?.({ model, el, signal });
    } catch (error) {
      for (const el of views) el.append(`This view could not be shown. ${(error as Error).message}`);
    }
  }
}
