// The tables of docs/compatibility.md, written from the checks of the clients.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/paths.ts";
import type { CheckResult } from "./check.ts";

const PAGE = join(ROOT, "docs", "compatibility.md");
const mark = (name: string) => ({
  from: `<!-- ${name}: written by test/clients -->`,
  to: `<!-- end of ${name} -->`,
});

/** A row for each call, a cell for each client; a dash where a client has no such check. */
export function tableOf(npm: readonly CheckResult[], pypi: readonly CheckResult[]): string {
  const cell = (results: readonly CheckResult[], call: string) =>
    results.find((each) => each.call === call)?.outcome ?? "—";
  const rows = npm.map(({ call }) => `| ${call} | ${cell(npm, call)} | ${cell(pypi, call)} |`);
  return ["| what | npm | PyPI |", "|---|---|---|", ...rows].join("\n");
}

/** Puts a table in its place; whether that changed the page. */
export function writeTable(name: string, table: string): boolean {
  const page = readFileSync(PAGE, "utf8");
  const { from, to } = mark(name);
  const [begin, end] = [page.indexOf(from), page.indexOf(to)];
  if (begin < 0 || end < begin)
    throw new Error(`docs/compatibility.md has no place for the table of ${name}`);
  const written = `${page.slice(0, begin + from.length)}\n${table}\n${page.slice(end)}`;
  if (written !== page) writeFileSync(PAGE, written);
  return written !== page;
}
