// The credits table of /about/, read from the art packages themselves: their LICENSE file names source, designer and licence.

import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { escapeHtml } from "./escape.ts";

/** The illustration styles that the embedded base was trained on, by package name. */
const STYLES = [
  "adventurer",
  "avataaars",
  "big-smile",
  "bottts",
  "dylan",
  "lorelei",
  "micah",
  "miniavs",
  "notionists",
  "open-peeps",
  "personas",
  "pixel-art",
  "toon-head",
] as const;

export interface ArtCredit {
  style: string;
  version: string;
  source: Linked;
  designer: Linked;
  licence: Linked;
}

export interface Linked {
  text: string;
  href: string | null;
}

/** Parses `Designer: Name (https://...)` into name and address. Returns null where the file lacks the line. */
export function licenceLine(licence: string, label: string): Linked | null {
  const line = new RegExp(`^${label}:[ \\t]*(.+?)(?:[ \\t]*\\((https?://[^)\\s]+)\\))?[ \\t]*$`, "m").exec(
    licence,
  );
  return line?.[1] ? { text: line[1], href: line[2] ?? null } : null;
}

export function artCredits(packages: string): ArtCredit[] {
  const installed = new Set(readdirSync(packages));
  return STYLES.filter((style) => installed.has(style)).map((style) => {
    const licence = readFileSync(resolve(packages, style, "LICENSE"), "utf8");
    const { version } = JSON.parse(readFileSync(resolve(packages, style, "package.json"), "utf8")) as {
      version: string;
    };
    const lines = ["Source", "Designer", "License"].map((label) => licenceLine(licence, label));
    const [source, designer, terms] = lines;
    if (!source || !designer || !terms)
      throw new Error(`${style}: its LICENSE lacks source, designer or licence`);
    return { style, version, source, designer, licence: terms };
  });
}

function linkHtml({ text, href }: Linked): string {
  return href ? `<a href="${escapeHtml(href)}" rel="noopener">${escapeHtml(text)}</a>` : escapeHtml(text);
}

export function artCreditsHtml(): string {
  const packages = resolve(import.meta.dirname, "../../node_modules/@dicebear");
  const rows = artCredits(packages).map(
    ({ style, source, designer, licence }) =>
      `<tr><th scope="row">${escapeHtml(style)}</th><td>${linkHtml(designer)}</td><td>${linkHtml(source)}</td><td>${linkHtml(licence)}</td></tr>`,
  );
  return `<table><thead><tr><th scope="col">Style</th><th scope="col">Designer</th><th scope="col">Source</th><th scope="col">Licence</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}
