// Pictures open in full size from pages, cards, jobs and results, and the tray keeps out of their way.

import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Page } from "playwright-core";
import { stepsOf } from "./steps.ts";
import { visit } from "./visit.ts";
import type { Visitor } from "./visitor.ts";

describe("pictures", { timeout: 300_000 }, () => {
  let page: Page;
  let visitor: Visitor;
  const arrived = async (_server: unknown, somebody: Visitor) => {
    visitor = somebody;
    page = somebody.page;
    await page.emulateMedia({ reducedMotion: "reduce" });
  };
  visit({ isDemo: true, arrived });
  const step = stepsOf({ prefix: "pictures-", visitor: () => visitor });

  const viewer = () => page.locator("dialog.viewer");

  step("of an adapter open in full size, turn by arrows, and give the focus back", async () => {
    await page.goto("/adapter/?id=orthoplex/ivy");
    const opener = page.getByRole("button", { name: /^Enlarge: Ivy, preview 1/ });
    await opener.click();
    await viewer().locator("img").waitFor();
    assert.equal(
      await viewer()
        .locator("img")
        .evaluate((img: HTMLImageElement) => img.naturalWidth),
      256,
    );
    await viewer().getByText("1 of 4").waitFor();
    await page.keyboard.press("ArrowRight");
    await viewer().getByText("2 of 4").waitFor();
    await page.keyboard.press("End");
    await viewer().getByText("4 of 4").waitFor();
    assert.equal(await viewer().getByRole("button", { name: "Next picture" }).count(), 0);
    await page.keyboard.press("ArrowLeft");
    await viewer().getByText("3 of 4").waitFor();
    await viewer().locator("img").waitFor();
    await viewer().getByRole("button", { name: "Actual size" }).click();
    await page.waitForFunction(() => {
      const img = document.querySelector<HTMLImageElement>(".viewer-stage.actual img");
      return img !== null && img.naturalWidth > 0 && img.getBoundingClientRect().width === img.naturalWidth;
    });
    await page.keyboard.press("Escape");
    await viewer().waitFor({ state: "detached" });
    assert.ok(await opener.evaluate((button) => button === document.activeElement));
  });

  step("that were generated carry their recipe: it is shown, copied, and opens in Compose", async () => {
    await page.goto("/compose/#a=orthoplex/ivy&l=open&z=256x256&p=%3Civy%3E+sad&s=11&n=4");
    await page.getByRole("button", { name: "Generate" }).click();
    await page.getByRole("toolbar", { name: "The picture on the canvas" }).waitFor();
    await page.keyboard.press("v");
    await viewer().getByText("<ivy> sad", { exact: true }).first().waitFor();
    await viewer()
      .getByText(/seed 11 · 256 × 256 · 4 steps/)
      .waitFor();
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      viewer().getByRole("link", { name: "Download" }).click(),
    ]);
    assert.match(file.suggestedFilename(), /^ivy-sad-\w{6}\.png$/);
    await page.keyboard.press("Escape");
    await page.goto("/jobs/");
    await page.getByRole("button", { name: "Enlarge: <ivy> sad" }).first().click();
    await viewer().getByRole("link", { name: "Open in Compose" }).click();
    await page.waitForURL(/\/compose\/#.*s=11/);
  });

  step("of cards are one series", async () => {
    await page.goto("/browse/");
    await page.locator(".card").nth(1).hover();
    await page
      .locator(".card")
      .nth(1)
      .getByRole("button", { name: /^Enlarge/ })
      .click();
    await viewer()
      .getByText(/^2 of \d\d$/)
      .waitFor();
    await page.keyboard.press("Escape");
  });

  step("are not covered by the tray, which can be closed and comes back", async () => {
    await page.goto("/browse/");
    const add = page.getByRole("button", { name: /^Add .* to the composition$/ });
    await add.first().click();
    const tray = page.getByRole("region", { name: "The composition" });
    await tray.waitFor();
    // The list goes on when its end comes into sight, so the page's end is reached once nothing more comes.
    await page.waitForFunction(() => {
      scrollTo(0, document.documentElement.scrollHeight);
      const foot = document.querySelector(".foot")?.getBoundingClientRect().bottom ?? 0;
      const gap = (document.querySelector(".tray")?.getBoundingClientRect().top ?? 0) - foot;
      return scrollY + innerHeight >= document.documentElement.scrollHeight - 1 && gap >= -1;
    });
    await tray.getByRole("button", { name: "Hide the composition" }).click();
    await tray.waitFor({ state: "detached" });
    const link = page.getByRole("link", { name: /^Compose, \d in the composition$/ });
    await link.waitFor();
    await page.reload();
    await link.waitFor();
    assert.equal(await tray.count(), 0);
    await add.first().click();
    await tray.waitFor();
    await page
      .getByRole("navigation", { name: "Main" })
      .getByRole("link", { name: "Compose", exact: true })
      .waitFor();
  });
});
