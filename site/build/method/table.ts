// The HTML of every table of the method page: it scrolls in its own frame, which can be focused by keyboard.

import { escapeHtml } from "../escape.ts";
import { isOurs } from "./results.ts";

/** Heads and cells are HTML already; the name is not. */
export interface Row {
  name: string;
  cells: readonly string[];
  kind?: "ours" | "minor" | "truth";
}

/** Highlighted rows: our own method, and the setting that the product uses. */
export function kindOf(name: string): { kind?: "ours" } {
  return isOurs(name) || name.endsWith("(the product)") ? { kind: "ours" } : {};
}

/** Of the column of names where the page shows no word for it. */
const NAME = `<span class="visually-hidden">Name</span>`;

export function tableHtml(label: string, head: readonly string[], rows: readonly Row[]): string {
  const heads = head.map((each) => `<th scope="col">${each || NAME}</th>`).join("");
  const body = rows.map(({ name, cells, kind }) => {
    const row = `<th scope="row">${escapeHtml(name)}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}`;
    return `<tr${kind ? ` class="row-${kind}"` : ""}>${row}</tr>`;
  });
  return `<div class="table-scroll" role="region" aria-label="${escapeHtml(label)}" tabindex="0"><table class="numbers"><thead><tr>${heads}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

export function foldedHtml(summary: string, inside: string): string {
  return `<details class="folded"><summary>${escapeHtml(summary)}</summary>${inside}</details>`;
}

/** A definition list; the definitions are HTML already. */
export function factsHtml(facts: readonly (readonly [name: string, html: string])[]): string {
  return `<dl class="facts">${facts.map(([name, html]) => `<dt>${escapeHtml(name)}</dt><dd>${html}</dd>`).join("")}</dl>`;
}
