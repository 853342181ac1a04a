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

/** What was last written, so that what is unchanged costs neither a look at the document nor a pass over its styles. */
const attributesOf = new WeakMap<Element, Record<string, string | undefined>>();
const textOf = new WeakMap<Element, { readonly node: Text; words: string }>();

/** Only what differs from the last call is written: what is set here is not to be set elsewhere as well. */
export function setAttributes(element: Element, attributes: Attributes): void {
  let written = attributesOf.get(element);
  if (!written) {
    written = {};
    attributesOf.set(element, written);
  }
  for (const name in attributes) {
    const value = attributes[name];
    const text = value === undefined || value === false ? undefined : value === true ? "" : String(value);
    if (name in written && written[name] === text) continue;
    written[name] = text;
    if (text === undefined) element.removeAttribute(name);
    else element.setAttribute(name, text);
  }
}

/** Changes the text node that is there: a new one would cost a layout of its own on every slider step. */
export function setText(element: Element, words: string): void {
  let text = textOf.get(element);
  if (text?.words === words) return;
  if (!text) {
    text = { node: document.createTextNode(""), words };
    textOf.set(element, text);
    element.replaceChildren(text.node);
  }
  text.words = words;
  text.node.data = words;
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
