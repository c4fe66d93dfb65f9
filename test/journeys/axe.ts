// What axe-core finds on a page, one line each: rule, element, and what is wrong.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Found {
  violations: { id: string; nodes: { target: unknown[]; failureSummary?: string }[] }[];
}

export async function faultsOf(page: Page): Promise<string[]> {
  // As an expression of the debugger it is not subject to the page's content security policy.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<Found>("axe.run(document, { resultTypes: ['violations'] })");
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary ?? ""}`),
  );
}
