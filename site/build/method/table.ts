// One shape for every table of the method page: it scrolls in its own frame, which the keyboard reaches too.

import { escapeHtml } from "../escape.ts";
import { isOurs } from "./results.ts";

/** Heads and cells are HTML already; the name is not. */
export interface Row {
  name: string;
  cells: readonly string[];
  kind?: "ours" | "minor" | "truth";
}

/** The rows that stand out: our own method, and the way the product draws. */
export function kindOf(name: string): { kind?: "ours" } {
  return isOurs(name) || name.endsWith("(the product)") ? { kind: "ours" } : {};
}

export function tableHtml(label: string, head: readonly string[], rows: readonly Row[]): string {
  const heads = head.map((each) => `<th scope="col">${each}</th>`).join("");
  const body = rows.map(({ name, cells, kind }) => {
    const row = `<th scope="row">${escapeHtml(name)}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}`;
    return `<tr${kind ? ` class="row-${kind}"` : ""}>${row}</tr>`;
  });
  return `<div class="table-scroll" role="region" aria-label="${escapeHtml(label)}" tabindex="0"><table class="numbers"><thead><tr>${heads}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

export function foldedHtml(summary: string, inside: string): string {
  return `<details class="folded"><summary>${escapeHtml(summary)}</summary>${inside}</details>`;
}

/** Names with what is said of them, which is HTML already. */
export function factsHtml(facts: readonly (readonly [name: string, html: string])[]): string {
  return `<dl class="facts">${facts.map(([name, html]) => `<dt>${escapeHtml(name)}</dt><dd>${html}</dd>`).join("")}</dl>`;
}
