// Writes the result of the last complete run into docs/compatibility.md.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../local/paths.ts";
import type { FuzzResult } from "./schemathesis.ts";

const PAGE = join(ROOT, "docs", "compatibility.md");
const FROM = "<!-- fuzz: written by the fuzzer -->";
const TO = "<!-- end of fuzz -->";

function summaryOf({ maxExamples, seed, report }: FuzzResult): string {
  const { operations, test_cases: cases } = report;
  const rows = [
    ["operations of the document", `${operations.tested} of ${operations.total}`],
    ["requests", String(cases.generated)],
    ["replies that were a 5xx or not as the document has them", String(cases.with_failures)],
    ["Schemathesis", report.schemathesis_version],
    ["seed, random requests an operation", `${seed}, up to ${maxExamples}`],
  ];
  return ["| | |", "|---|---|", ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join("\n");
}

export function writeSummary(result: FuzzResult): void {
  const page = readFileSync(PAGE, "utf8");
  const [begin, end] = [page.indexOf(FROM), page.indexOf(TO)];
  if (begin < 0 || end < begin)
    throw new Error("docs/compatibility.md has no place for the fuzzer's summary");
  writeFileSync(PAGE, `${page.slice(0, begin + FROM.length)}\n${summaryOf(result)}\n${page.slice(end)}`);
}
