/** The hosts that exist, as far as a widget module can tell them apart. */

import explorer from "../src/explorer/index.ts";
import { PageModel } from "../src/host/model.ts";
import type { Listener, Model } from "../src/lib/afm.ts";

/** A live model: remembers what was sent and saved, and can deliver messages. */
export class FakeModel extends PageModel {
  readonly sent: { kind: string; id: string; layer: number; head: number }[] = [];
  saves = 0;
  readonly #messages = new Set<Listener>();

  override on(event: string, listener: Listener): void {
    if (event === "msg:custom") this.#messages.add(listener);
    else super.on(event, listener);
  }

  override off(event: string, listener: Listener): void {
    if (event === "msg:custom") this.#messages.delete(listener);
    else super.off(event, listener);
  }

  override save_changes(): void {
    this.saves += 1;
  }

  override send(content?: unknown): void {
    this.sent.push(content as FakeModel["sent"][number]);
  }

  deliver(message: unknown, buffers: DataView[] = []): void {
    for (const listener of [...this.#messages])
      (listener as (...values: unknown[]) => void)(message, buffers);
  }

  override get listeners(): number {
    return super.listeners + this.#messages.size;
  }
}

/** MyST: what it does not do, it throws. */
export class ThrowingModel extends FakeModel {
  override off(): void {
    throw new Error("not implemented");
  }
  override save_changes(): void {
    throw new Error("not implemented");
  }
  override send(): void {
    throw new Error("not implemented");
  }
}

export interface Mounted {
  readonly el: HTMLElement;
  readonly root: HTMLElement;
  readonly close: () => void;
  /** the element with this test id */
  part<E extends Element = HTMLElement>(id: string): E;
}

export async function mountExplorer(model: Model, signal?: AbortSignal): Promise<Mounted> {
  const el = document.createElement("div");
  document.body.append(el);
  const close = await explorer.render({ model, el, ...(signal && { signal }) });
  const root = el.querySelector(".qk-view")?.shadowRoot?.querySelector<HTMLElement>(".qk");
  if (!root) throw new Error("no view");
  return {
    el,
    root,
    close,
    part<E extends Element = HTMLElement>(id: string): E {
      const found = root.querySelector<E>(`[data-testid="${id}"]`);
      if (!found) throw new Error(`no ${id}`);
      return found;
    },
  };
}

/** Until what is under way (decoding, the next animation frame) has been painted. */
export async function painted(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}
