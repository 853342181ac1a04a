/**
 * One widget module for every host that speaks the AnyWidget Front-end Module interface, old and new.
 *
 *   anywidget 0.9 (Colab)   render({model, el, experimental}): no `signal`, no `host`
 *   anywidget 0.11          render({model, el, signal, host, experimental})
 *   MyST                    default export must be an object; `off`, `save_changes` and `send` throw; `el` holds its <link>
 *   our own page host       src/host
 *
 * Each view gets an open shadow root of its own, a model whose listeners end with the view, a keyboard guard and the
 * host's theme. Whatever `render` sets up on `signal` is torn down when the view goes.
 */

import type { Theme } from "./colour.ts";
import { FOCUSABLE, h } from "./dom.ts";
import { observeSurroundings } from "./theme.ts";

/** Hosts call it with what the event carries; each listener says what it takes. */
export type Listener = (...values: never[]) => void;

/** What all hosts have in common. `on` takes one event name: several in one string are Backbone's own. */
export interface Model {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  on(event: string, listener: Listener): void;
  off(event: string, listener: Listener): void;
  save_changes(): void;
  send(content: unknown): void;
}

/** The model as a view sees it: listeners end with a signal, and what a host cannot do is left undone. */
export interface ViewModel {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  on(event: string, listener: Listener, signal: AbortSignal): void;
  save_changes(): void;
  send(content: unknown): void;
}

interface HostProps {
  readonly model: Model;
  readonly el: HTMLElement;
  readonly signal?: AbortSignal;
}

export interface ViewProps {
  readonly model: ViewModel;
  /** the view's root, inside its shadow root */
  readonly root: HTMLElement;
  readonly signal: AbortSignal;
  /** called at once, and whenever the host switches between light and dark */
  onTheme(listener: (theme: Theme) => void, signal: AbortSignal): void;
}

export interface WidgetModule {
  render(props: HostProps): Promise<() => void>;
}

export function defineWidget(widget: {
  readonly css: string;
  render(view: ViewProps): void | Promise<void>;
}): WidgetModule {
  return {
    async render({ model, el, signal: hostSignal }) {
      // A signal that has ended tells nobody any more: what is set up now would stay for good.
      if (hostSignal?.aborted) return () => undefined;
      const closing = new AbortController();
      const { signal } = closing;
      const box = h("div", { class: "qk-view", ...FOCUSABLE });
      const root = h("div", { class: "qk", "data-qk-theme": "light" });
      adopt(box.attachShadow({ mode: "open" }), widget.css).append(root);
      el.append(box);
      root.addEventListener("keydown", keepFromNotebook, { signal });
      const close = (): void => {
        closing.abort();
        box.remove();
      };
      hostSignal?.addEventListener("abort", close, { once: true, signal });
      const onTheme: ViewProps["onTheme"] = (listener, until) =>
        observeSurroundings(
          box,
          ({ theme, paper }) => {
            root.setAttribute("data-qk-theme", theme);
            root.style.setProperty("--paper", paper);
            listener(theme);
          },
          until,
        );
      await widget.render({ model: guarded(model), root, signal, onTheme });
      return close;
    },
  };
}

function adopt(shadow: ShadowRoot, css: string): ShadowRoot {
  if ("adoptedStyleSheets" in shadow && "replaceSync" in CSSStyleSheet.prototype) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    shadow.adoptedStyleSheets = [sheet];
  } else {
    shadow.append(h("style", {}, css));
  }
  return shadow;
}

/** Arrow keys and letters are ours while the focus is in here; JupyterLab would move cells and insert new ones. */
function keepFromNotebook(event: KeyboardEvent): void {
  const hosts =
    event.ctrlKey || event.metaKey || event.altKey || event.key === "Escape" || event.key === "Tab";
  if (!hosts) event.stopPropagation();
}

function guarded(model: Model): ViewModel {
  const quietly = (action: () => void): void => {
    try {
      action();
    } catch {
      // MyST throws "not implemented" here. The view works without: it shows what is embedded.
    }
  };
  return {
    get: (key) => model.get(key),
    set: (key, value) => quietly(() => model.set(key, value)),
    on(event, listener, signal) {
      if (signal.aborted) return;
      // After the end nothing may reach a dead view, even from a host whose `off` does nothing.
      const alive: Listener = (...values) => {
        if (!signal.aborted) listener(...values);
      };
      quietly(() => model.on(event, alive));
      signal.addEventListener("abort", () => quietly(() => model.off(event, alive)), { once: true });
    },
    save_changes: () => quietly(() => model.save_changes()),
    send: (content) => quietly(() => model.send(content)),
  };
}
