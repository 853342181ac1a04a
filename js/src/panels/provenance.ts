/** Where the numbers come from, in words: what Python records of model, weights and options. Unknown records keep their names. */

import { h } from "../lib/dom.ts";

type Provenance = Readonly<Record<string, unknown>>;

/** In the order of reading; what is not here comes after, under its own name. */
const LABELS: Record<string, string> = {
  model: "model",
  architecture: "architecture",
  source: "weights from",
  checkpoint: "weights’ file",
  licence: "licence",
  fingerprint: "fingerprint of the weights used (SHA-256)",
  checkpoint_sha256: "fingerprint of the file (SHA-256)",
  output_error: "largest relative error of the rebuilt attention",
  circuit: "circuit",
  site: "tokens projected",
  bias: "biases",
  fold_norm: "first norm’s gain in the weights",
  offset: "offset",
  tolerance: "tolerance for equal singular values",
  weights: "mean cosine weighted by",
  null: "chance from",
  versions: "versions",
};
const WORDS: Record<string, string> = {
  qk: "query-key",
  ov: "value-output",
  attn_input: "what the projections receive (attn_input)",
  true: "yes",
  false: "no",
};
const FINGERPRINT = /^[0-9a-f]{40,}$/;

export function provenanceRows(provenance: Provenance): [string, string | HTMLElement][] {
  // The model's name is recorded twice, and its architecture may be its name.
  const { name, architecture, ...rest } = provenance;
  const told = {
    ...rest,
    ...(name !== rest.model && { name }),
    ...(architecture !== rest.model && { architecture }),
  } as Provenance;
  const known = Object.keys(LABELS).filter((key) => key in told);
  const others = Object.keys(told).filter((key) => !(key in LABELS));
  return [...known, ...others]
    .filter((key) => !isEmpty(told[key]))
    .map((key) => [LABELS[key] ?? key, cell(told[key])]);
}

function cell(value: unknown): string | HTMLElement {
  if (typeof value === "string" && FINGERPRINT.test(value)) {
    // Whole in the text, so that it can be copied and read aloud; the style sheet shows its beginning.
    return h("code", { class: "fingerprint", title: value }, value);
  }
  if (typeof value === "object" && value !== null) return nested(value as Provenance | readonly unknown[]);
  return plain(value);
}

/** From this many equal numbers on, one of them stands for all. */
const LONG = 4;

/** What tells nothing: no value, no words, or a record of nothing else. */
function isEmpty(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).every(isEmpty);
  return value === null || value === undefined || value === "";
}

/** Counts, seeds and bytes are exact; measured numbers have three digits. */
function plain(value: unknown): string {
  if (typeof value === "number")
    return String(Number.isInteger(value) ? value : Number(value.toPrecision(3)));
  return WORDS[String(value)] ?? String(value);
}

/** "0.485, 0.456, 0.406", or "0.125 in all 12" */
function listed(values: readonly unknown[]): string {
  const alike = values.length >= LONG && values.every((value) => value === values[0]);
  return alike ? `${plain(values[0])} in all ${values.length}` : values.map(plain).join(", ");
}

/** One level in a line ("timm 1.0.31, torch 2.15.0"), more of them as a list that is folded away. */
function nested(value: Provenance | readonly unknown[]): string | HTMLElement {
  const flat = (part: unknown): boolean => typeof part !== "object" || part === null;
  const part = (inner: unknown): string | HTMLElement =>
    flat(inner) ? plain(inner) : nested(inner as Provenance);
  if (Array.isArray(value)) {
    const kept = value.filter((inner) => !isEmpty(inner));
    return kept.every(flat) ? listed(kept) : h("ul", {}, ...kept.map((inner) => h("li", {}, part(inner))));
  }
  const entries = Object.entries(value).filter(([, inner]) => !isEmpty(inner));
  const words = (key: string): string => key.replaceAll("_", " ");
  if (entries.every(([, inner]) => flat(inner)))
    return entries.map(([key, inner]) => `${words(key)} ${plain(inner)}`).join(", ");
  const items = entries.map(([key, inner]) => h("li", {}, `${words(key)}: `, part(inner)));
  return h("ul", {}, ...items);
}
