// What axe-core finds on a page, one line each: rule, element, and what is wrong.

import axe from "axe-core";
import type { Page } from "playwright-core";

interface Found {
  violations: { id: string; nodes: { target: unknown[]; failureSummary?: string }[] }[];
}

export async function faultsOf(page: Page): Promise<string[]> {
  // As an expression of the debugger it is not subject to the page's content security policy.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<Found>("axe.run(document, { resultTypes: ['violations'] })");
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary ?? ""}`),
  );
}
