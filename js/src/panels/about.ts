/** What was decided where the paper leaves room, what is left out, and where everything comes from. */

import type { Choice, Data } from "../lib/data.ts";
import { FOCUSABLE, h } from "../lib/dom.ts";
import type { PanelName } from "./panel.ts";
import { provenanceRows } from "./provenance.ts";

type Cell = string | HTMLElement;

export function aboutPanel({ meta }: Pick<Data, "meta">, panels: readonly PanelName[]): HTMLElement {
  // A choice that does not say whom it concerns is not hidden.
  const concerned = (choice: Choice): boolean =>
    !choice.panels || choice.panels.some((name) => (panels as readonly string[]).includes(name));
  const here = meta.about.filter(concerned);
  const elsewhere = meta.about.filter((choice) => !concerned(choice));
  const pictures = meta.images.map(({ name, source, licence }) => [
    name,
    [source, licence].filter(Boolean).join(" · "),
  ]);
  return h(
    "details",
    { class: "about" },
    h("summary", FOCUSABLE, "About this view"),
    ...choiceTable("Choices in this view", here),
    ...folded(`Choices elsewhere in the package (${elsewhere.length})`, elsewhere),
    ...list("Notes", meta.notes),
    ...list("Left out of this page", meta.left_out),
    ...table("Pictures", pictures),
    ...table("Where it comes from", provenanceRows(meta.provenance)),
  );
}

const COLUMNS = ["open in the paper", "here", "alternative", "chosen by"] as const;

function choiceTable(title: string, choices: readonly Choice[]): HTMLElement[] {
  const rows = choices.map(({ question, choice, alternative, source }) => [
    question,
    choice,
    alternative,
    source === "ours" ? "qkwidgets" : source === "paper" ? "the paper" : source,
  ]);
  return table(title, rows, COLUMNS);
}

function folded(title: string, choices: readonly Choice[]): HTMLElement[] {
  if (!choices.length) return [];
  return [h("details", {}, h("summary", FOCUSABLE, title), ...choiceTable("", choices))];
}

function table(
  title: string,
  rows: readonly (readonly [string, ...Cell[]] | readonly Cell[])[],
  columns?: readonly string[],
): HTMLElement[] {
  if (!rows.length) return [];
  const body = rows.map(([first = "", ...others]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, first),
      ...others.map((cell, i) => h("td", { "data-column": columns?.[i + 1] }, cell || "–")),
    ),
  );
  const head = columns
    ? [h("thead", {}, h("tr", {}, ...columns.map((words) => h("th", { scope: "col" }, words))))]
    : [];
  const kind = columns ? "choices" : "facts";
  const heading = title ? [h("h4", {}, title)] : [];
  return [...heading, h("table", { class: kind }, ...head, h("tbody", {}, ...body))];
}

function list(title: string, sentences: readonly string[]): HTMLElement[] {
  if (!sentences.length) return [];
  return [h("h4", {}, title), h("ul", {}, ...sentences.map((sentence) => h("li", {}, sentence)))];
}
