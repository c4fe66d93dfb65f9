// What axe-core finds on a page, one line each: rule, element, and what is wrong.

import axe from "axe-core";
import type { Page } from "playwright-core";
import { SETTLED } from "../../scripts/settled.ts";

interface Found {
  violations: { id: string; nodes: { target: unknown[]; failureSummary?: string }[] }[];
}

/** Of those that axe runs by default. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

/**
 * Without a box nothing has a style that is kept. On a busy machine Chromium left an inherited colour, given by light-dark(), that of the theme
 * before, in three cards of a page.
 */
const RESTYLED = `(() => {
  const { style } = document.documentElement;
  style.display = "none";
  void document.documentElement.offsetHeight;
  style.display = "";
})()`;

/** `onlyColours`: of axe's rules only those about colours. */
export async function faultsOf(page: Page, { onlyColours = false } = {}): Promise<string[]> {
  // Colours that still change from one theme to the other have any contrast.
  if (onlyColours) await page.evaluate(RESTYLED);
  await page.evaluate(SETTLED);
  // As an expression of the debugger it is not subject to the page's content security policy.
  await page.evaluate(axe.source);
  const options = { resultTypes: ["violations"], ...(onlyColours && { runOnly: COLOUR_RULES }) };
  const { violations } = await page.evaluate<Found>(`axe.run(document, ${JSON.stringify(options)})`);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary ?? ""}`),
  );
}
