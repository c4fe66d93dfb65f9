// Lists: the catalog goes on by itself and keeps its position, its tags narrow, a collection fills the composition.

import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Page } from "playwright-core";
import { EMBEDDED_BASE } from "../../schema/bases/index.ts";
import { stepsOf } from "./steps.ts";
import { visit } from "./visit.ts";
import type { Visitor } from "./visitor.ts";

const USUAL = { width: 1280, height: 900 };
const OPEN = { commercial_use: true, derivatives: true, different_licence: true };
/** The narrowest screen (WCAG 2.2, 1.4.10). */
const NARROW = 320;

/** What reaches beyond the screen, but for what scrolls by itself; and the page where it scrolls sideways. */
const widerThanScreen = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const root = document.documentElement;
    const isInScroller = (element: Element | null): boolean =>
      element !== null &&
      element !== root &&
      (/auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX) ||
        isInScroller(element.parentElement));
    const wide = [...document.querySelectorAll("body *")].filter(
      (element) =>
        element.getBoundingClientRect().right > innerWidth + 1 && !isInScroller(element.parentElement),
    );
    const sideways = root.scrollWidth > root.clientWidth ? [`page: ${root.scrollWidth}`] : [];
    return [...sideways, ...wide.map((element) => `${element.tagName}.${element.className}`)];
  });

describe("lists", { timeout: 600_000 }, () => {
  let visitor: Visitor;
  let page: Page;

  visit({
    isDemo: true,
    async arrived(_server, arrived) {
      visitor = arrived;
      page = visitor.page;
      await page.emulateMedia({ reducedMotion: "reduce" });
    },
  });

  const step = stepsOf({ prefix: "lists-", visitor: () => visitor });

  const cards = () => page.locator(".browse .card:not([aria-hidden])");

  step("of the catalog is counted once at load, and once for each change of its filters", async () => {
    await page.setViewportSize(USUAL);
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/v1/adapters/facets")) asked.push(request.url());
    });
    for (const address of ["/browse/", "/browse/?class=person", "/browse/?q=nothing-has-this-name"]) {
      asked.length = 0;
      const counted = page.waitForRequest(/\/v1\/adapters\/facets/);
      await page.goto(address);
      await counted;
      await page.locator(".facets[aria-busy=false]").waitFor({ state: "attached" });
      await page.locator(".browse-count", { hasText: /adapter/i }).waitFor();
      await page.waitForLoadState("networkidle");
      assert.equal(asked.length, 1, `${address}: ${asked.join(" ")}`);
    }
    await page.goto("/browse/");
    await page.waitForLoadState("networkidle");
    asked.length = 0;
    const counted = page.waitForRequest(/\/v1\/adapters\/facets/);
    await page.getByRole("group", { name: "Tags" }).getByRole("checkbox").first().check();
    await page.waitForURL(/tag=/);
    await counted; // the address changes first, and the network may be idle until then
    await page.waitForLoadState("networkidle");
    assert.equal(asked.length, 1, asked.join(" "));
    page.removeAllListeners("request");
  });

  step("of the catalog, and its pages, break a word that is wider than the screen", async () => {
    const word = "Unbreakable".repeat(10);
    const draft = {
      name: "long-word",
      title: word,
      description: `${word}${word}`,
      base: EMBEDDED_BASE.id,
      concept: word,
      class_word: "unbreakableunbreakableunbreakabl",
      tags: ["unbreakableunbreakableunbreakabl"],
      credits: word,
      licence: { ...OPEN, spdx: "CC-BY-4.0", credit: true },
    };
    const headers = { origin: new URL(page.url()).origin };
    const made = await page.request.post("/v1/adapters", { data: draft, headers });
    assert.equal(made.status(), 201, await made.text());
    const { ref, owner } = (await made.json()) as { ref: string; owner: string };
    await page.setViewportSize({ width: NARROW, height: 700 });
    for (const address of [`/adapter/?id=${ref}`, `/browse/?owner=${owner}`]) {
      await page.goto(address);
      await page.getByText(word).first().waitFor();
      await page.waitForLoadState("networkidle");
      assert.deepEqual([address, await widerThanScreen(page)], [address, []]);
      await visitor.shot(`lists-long-word-${address.split("/")[1]}`);
    }
    await page.setViewportSize(USUAL);
  });

  step("of the catalog goes on by itself, and Back returns to the same card", async () => {
    await page.setViewportSize(USUAL);
    await page.goto("/browse/");
    await cards().nth(23).waitFor();
    await cards().nth(23).scrollIntoViewIfNeeded();
    await cards().nth(24).waitFor();
    await page.waitForURL(/pages=2/);
    await cards().last().scrollIntoViewIfNeeded();
    const [count, y] = [await cards().count(), await page.evaluate(() => scrollY)];
    assert.ok(count > 24 && y > 400, `${count} cards, scrolled by ${y}`);
    await cards().last().getByRole("link").click();
    await page.waitForURL(/\/adapter\//);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.goBack();
    await cards()
      .nth(count - 1)
      .waitFor();
    await page.waitForFunction((wanted) => Math.abs(scrollY - wanted) < 40, y);
  });

  step("of the catalog narrows by several tags, and says any or all of them", async () => {
    await page.goto("/browse/");
    const tags = page.getByRole("group", { name: "Tags" });
    await tags.getByRole("checkbox", { name: /^flat/ }).check();
    await page.waitForURL(/tag=flat$/);
    await tags.getByRole("checkbox", { name: /^curly/ }).check();
    await page.waitForURL(/tag=flat,curly&tag_match=all/);
    const total = async () => {
      await page.locator(".card-grid[aria-busy=false]").waitFor({ state: "attached" });
      return Number(/\d+/.exec(await page.locator(".browse-count").innerText())?.[0] ?? "0");
    };
    const all = await total();
    await page.getByRole("radio", { name: "Any of these" }).check();
    await page.waitForURL(/tag_match=any/);
    await page.waitForFunction(
      (before) =>
        Number(/\d+/.exec(document.querySelector(".browse-count")?.textContent ?? "")?.[0]) > before,
      all,
    );
    assert.ok((await total()) > all);
  });

  step("of collections adds all of one to the composition", async () => {
    await page.goto("/collections/");
    await page
      .getByRole("button", { name: /^Add the adapters of/ })
      .first()
      .click();
    await page.getByRole("button", { name: /^Remove the \d+ members? of/ }).waitFor();
    const kept = await page.evaluate(() => localStorage.getItem("orthoplex.tray") ?? "");
    assert.ok((JSON.parse(kept) as { items: unknown[] }).items.length > 1, kept);
  });

  step("keeps the focus of the keyboard to its end", async () => {
    const pages = "**/v1/adapters?owner=orthoplex*"; // smaller ones, as nobody has many adapters here
    await page.route(pages, (route) => route.continue({ url: `${route.request().url()}&limit=2` }));
    await page.goto("/user/?handle=orthoplex");
    const more = page.getByRole("button", { name: "Show more" }).first();
    const end = page.getByText("That is all.");
    await more.focus();
    while (!(await end.isVisible())) {
      await page.keyboard.press("Enter");
      await page.locator(".card-grid[aria-busy=true]").waitFor({ state: "detached" });
      assert.match(
        await page.evaluate(() => document.activeElement?.textContent ?? ""),
        /^(?:Show more|Loading|That is all\.)$/,
      );
    }
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "That is all.");
    await page.unroute(pages);
  });
});
