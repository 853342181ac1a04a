/** Elements in one line each. Children are text or nodes, never HTML: a label with markup in it is shown as written. */

type Attributes = Record<string, string | number | boolean | undefined>;
type Child = Node | string;

const SVG = "http://www.w3.org/2000/svg";

function furnish<E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return furnish(document.createElement(tag), attributes, children);
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

/** Only what differs is written: an attribute that is set again still costs a style pass. */
export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) element.removeAttribute(name);
    else {
      const text = value === true ? "" : String(value);
      if (element.getAttribute(name) !== text) element.setAttribute(name, text);
    }
  }
}

/** Changes the text node that is there: a new one would cost a layout of its own on every slider step. */
export function setText(element: Element, text: string): void {
  const node = element.firstChild;
  if (node instanceof Text && node === element.lastChild) {
    if (node.data !== text) node.data = text;
  } else {
    element.textContent = text;
  }
}

/** Focusable things carry this, or JupyterLab takes their arrow keys (its handler looks at the focused element only). */
export const FOCUSABLE = { "data-lm-suppress-shortcuts": "true" } as const;

/** A drop-down of [value, words] pairs with its label. */
export function select(
  label: string,
  options: readonly (readonly [string, string])[],
  onChange: (value: string) => void,
  signal: AbortSignal,
): { root: HTMLLabelElement; input: HTMLSelectElement } {
  const input = h("select", FOCUSABLE, ...options.map(([value, words]) => h("option", { value }, words)));
  input.addEventListener("change", () => onChange(input.value), { signal });
  return { root: h("label", { class: "field" }, h("span", {}, label), input), input };
}
