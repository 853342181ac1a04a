/** What was decided where the paper leaves room, what is left out, and where everything comes from. */

import type { Data } from "../lib/data.ts";
import { FOCUSABLE, h } from "../lib/dom.ts";

export function aboutPanel({ meta }: Data): HTMLElement {
  const choices = meta.about.map(({ question, choice, alternative, source }) => [
    question,
    choice,
    alternative,
    source,
  ]);
  const pictures = meta.images.map(({ name, source, licence }) => [
    name,
    [source, licence].filter(Boolean).join(" · "),
  ]);
  const provenance = Object.entries(meta.provenance).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return h(
    "details",
    { class: "about" },
    h("summary", FOCUSABLE, "About this view"),
    ...table("Choices", choices, ["open in the paper", "here", "alternative", "source"]),
    ...list("Notes", meta.notes),
    ...list("Left out of this page", meta.left_out),
    ...table("Pictures", pictures),
    ...table("Where it comes from", provenance),
  );
}

function table(title: string, rows: readonly string[][], columns?: readonly string[]): HTMLElement[] {
  if (!rows.length) return [];
  const body = rows.map(([first = "", ...others]) =>
    h("tr", {}, h("th", { scope: "row" }, first), ...others.map((words) => h("td", {}, words || "–"))),
  );
  const head = columns
    ? [h("thead", {}, h("tr", {}, ...columns.map((words) => h("th", { scope: "col" }, words))))]
    : [];
  return [h("h4", {}, title), h("table", {}, ...head, h("tbody", {}, ...body))];
}

function list(title: string, sentences: readonly string[]): HTMLElement[] {
  if (!sentences.length) return [];
  return [h("h4", {}, title), h("ul", {}, ...sentences.map((sentence) => h("li", {}, sentence)))];
}
