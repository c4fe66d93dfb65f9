// The compose page as a place to work in: nothing is lost by reload, back or a link, everything can be undone, the picture is never
// distorted, and the way from the first key to a picture needs no mouse. Real browser, Worker and runner.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { ROOT } from "../../scripts/local/paths.ts";
import { snippetOf } from "../../site/ui/snippets.ts";
import { faultsOf } from "./axe.ts";
import type { Server } from "./server.ts";
import { stepsOf } from "./steps.ts";
import { visit } from "./visit.ts";
import type { Visitor } from "./visitor.ts";

const WIDTHS = [320, 390, 600, 768, 1024, 1280, 1440, 1920];
/** Of a side: half a device pixel more or less is rounding. */
const DISTORTION_MAX = 0.01;

describe("the workspace", { timeout: 600_000 }, () => {
  let server: Server;
  let visitor: Visitor;
  let page: Page;

  visit({
    isDemo: true,
    arrived(...arrived) {
      [server, visitor] = arrived;
      page = visitor.page;
    },
  });

  const step = stepsOf({ prefix: "workspace-", visitor: () => visitor });
  const boxes = () => page.locator("[data-box]");
  const prompt = () => page.getByLabel("Prompt", { exact: true });
  const results = () =>
    page.getByRole("region", { name: "Results" }).getByRole("button", { name: /^Picture of:/ });
  async function addByKeys(name: string): Promise<void> {
    await page.keyboard.press("a");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.type(name);
    await page.keyboard.press("Enter");
    const row = { name: new RegExp(name, "i"), pressed: true };
    await page.getByRole("dialog").getByRole("button", row).waitFor();
    // The first Escape empties a search field, as Chromium has it.
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    // The element, not its role: a dialog that is closed has no role, and its close event comes a task later.
    await page.locator("dialog").waitFor({ state: "detached" });
  }
  const stored = () => page.evaluate(() => location.hash);

  step("composes and generates with the keyboard alone", async () => {
    await page.goto("/compose/");
    await page.getByText("Who is in the picture?").waitFor();
    for (const name of ["dalia", "kofi"]) await addByKeys(name);
    await page.keyboard.press("p");
    assert.match(await prompt().inputValue(), /<dalia>.*; *<kofi>/);
    // The number of steps is the slider's, so that two cores do it in seconds.
    await page.getByText("More: seed, steps, guidance, count").click();
    await page.getByLabel(/^Steps/).fill("4");
    await prompt().focus();
    await page.keyboard.press("Control+Enter");
    await page.getByRole("progressbar", { name: "Progress of the picture" }).waitFor();
    assert.equal(await boxes().count(), 2, "the boxes stay while the job waits and runs");
    await page.getByRole("img", { name: /^Picture of:/ }).waitFor();
    assert.equal(await results().count(), 1);
  });

  step(
    "shows the picture in its own proportions at every width, with prompt and Generate in reach",
    async () => {
      const picture = page.getByRole("img", { name: /^Picture of:/ });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: width < 700 ? 844 : 900 });
        await page.evaluate(() => scrollTo(0, 0));
        const { ratio, file, overflow } = await picture.evaluate((element) => {
          const img = element as HTMLImageElement;
          const box = img.getBoundingClientRect();
          const root = document.documentElement;
          return {
            ratio: box.width / box.height,
            file: img.naturalWidth / img.naturalHeight,
            overflow: root.scrollWidth - root.clientWidth,
          };
        });
        assert.ok(Math.abs(ratio / file - 1) < DISTORTION_MAX, `${width} px: drawn ${ratio}, file ${file}`);
        assert.equal(overflow, 0, `${width} px: the page is wider than the window`);
        for (const control of [prompt(), page.getByRole("button", { name: "Generate", exact: true })]) {
          const box = await control.boundingBox();
          const height = page.viewportSize()?.height ?? 0;
          assert.ok(box && box.y >= 0 && box.y + box.height <= height, `${width} px: out of reach`);
        }
      }
      await page.setViewportSize({ width: 1440, height: 900 });
    },
  );

  step("keeps everything through reload, back and forward", async () => {
    const text = await prompt().inputValue();
    const whole = async (when: string) => {
      await boxes().first().or(results().first()).first().waitFor();
      assert.equal(await prompt().inputValue(), text, when);
      assert.equal(await results().count(), 1, when);
      await page.getByRole("link", { name: "Dalia" }).waitFor();
    };
    await page.reload();
    await whole("after a reload");
    await page.goto("/browse/");
    await page.goBack();
    await whole("after back");
    await page.goForward();
    // The page may come from the browser's memory, for which goForward does not wait.
    await page.waitForURL("**/browse/");
    await page.getByRole("article").first().waitFor();
    await page.goto("/compose/");
    await whole("from the header's link");
  });

  step("undoes and redoes every kind of edit, also after a reload", async () => {
    await page.getByRole("button", { name: "Remove Kofi" }).click();
    await page.getByRole("link", { name: "Kofi" }).waitFor({ state: "detached" });
    await page.keyboard.press("Control+z");
    await page.getByRole("link", { name: "Kofi" }).waitFor();
    await page.keyboard.press("Control+Shift+z");
    await page.getByRole("link", { name: "Kofi" }).waitFor({ state: "detached" });
    await page.waitForTimeout(500);
    await page.reload();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("link", { name: "Kofi" }).waitFor();
    await page.keyboard.press("x");
    await results().first().waitFor({ state: "detached" });
    await page.keyboard.press("Control+z");
    await results().first().waitFor();
    await page.getByRole("button", { name: "History" }).click();
    await page.getByRole("button", { name: /^Start/ }).click();
    await page.getByText("Who is in the picture?").or(page.getByText("Nobody yet")).first().waitFor();
    await page.keyboard.press("Escape");
    await addByKeys("kofi");
    await page.getByRole("link", { name: "Kofi" }).waitFor();
  });

  step("opens a link as an edit that can be undone", async () => {
    const mine = await prompt().inputValue();
    await page.goto("/browse/");
    await page.goto("/compose/#a=orthoplex/ivy*1&p=%3Civy%3E+sad&z=256x256");
    await page.getByText("Opened from a link").waitFor();
    assert.equal(await prompt().inputValue(), "<ivy> sad");
    await page.waitForTimeout(500);
    await page.reload();
    assert.equal(await prompt().inputValue(), "<ivy> sad", "the address is the page's own now");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("link", { name: "Kofi" }).waitFor();
    assert.equal(await prompt().inputValue(), mine);
  });

  step("draws a box on the empty canvas, nudges it, removes its member, and brings both back", async () => {
    await page.getByRole("button", { name: "Workspaces" }).click();
    await page.getByRole("button", { name: "New workspace" }).click();
    await page.getByText("Who is in the picture?").waitFor();
    const canvas = await page.locator(".canvas").boundingBox();
    assert.ok(canvas);
    const at = (x: number, y: number) => [canvas.x + canvas.width * x, canvas.y + canvas.height * y] as const;
    await page.mouse.move(...at(0.5, 0.1));
    await page.mouse.down();
    await page.mouse.move(...at(0.8, 0.6), { steps: 4 });
    await page.mouse.move(...at(0.99, 0.99), { steps: 4 });
    await page.mouse.up();
    await page.getByRole("dialog").getByRole("button", { name: "by orthoplex" }).first().click();
    await page.keyboard.press("Escape");
    await boxes().waitFor();
    assert.match((await boxes().textContent()) ?? "", /50 % from the left.* 50 % wide/);
    await page.keyboard.press("1");
    await page.keyboard.press("ArrowLeft");
    await page.waitForFunction(() => location.hash.includes("@0.4375,"));
    await page.keyboard.press("Delete");
    await boxes().waitFor({ state: "detached" });
    await page.keyboard.press("Control+z");
    await boxes().waitFor();
    assert.match(await stored(), /@0\.4375,/);
  });

  step("holds several named workspaces", async () => {
    await page.getByRole("button", { name: "Workspaces" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Drafts");
    await page.getByRole("button", { name: /^Workspace 1/ }).click();
    await page.getByRole("link", { name: "Kofi" }).waitFor();
    assert.equal(await results().count(), 1);
    await page.getByRole("button", { name: "Workspaces" }).click();
    await page.getByRole("button", { name: /^Drafts/ }).click();
    await boxes().waitFor();
    assert.equal(await boxes().count(), 1);
  });

  step("lists its keys, and has no fault that axe finds, light and dark", async () => {
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).getByText("Generate").waitFor();
    await page.keyboard.press("Escape");
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      assert.deepEqual(await faultsOf(page), [], colorScheme);
    }
  });

  async function draws(snippet: string): Promise<void> {
    const out = mkdtempSync(join(tmpdir(), "orthoplex-cli-"));
    const command = snippet.replace("npx orthoplex", "node scripts/cli/orthoplex.mjs");
    const env = { ...process.env, ORTHOPLEX_API_KEY: server.demo.api_key };
    // Not synchronous: what stands before the Worker runs in this process.
    await promisify(execFile)("sh", ["-c", `${command} --out ${out}`], { cwd: ROOT, env });
    assert.equal(readdirSync(out).filter((name) => name.endsWith(".png")).length, 1);
    rmSync(out, { recursive: true });
  }

  step("copies a request that the command line runs", async () => {
    const region = { x: 0, y: 0, width: 1, height: 1 };
    const adapters = [{ ref: "orthoplex/ivy", region }];
    const body = { prompt: "<ivy> smiling", size: "256x256", steps: 4, adapters };
    await draws(snippetOf("cli", server.url, body));
  });

  for (const [name, address] of [
    ["a mix", "/mix/?ref=orthoplex/hana-and-ivy"],
    ["an adapter", "/adapter/?id=orthoplex/ivy"],
  ] as const) {
    step(`shows code on the page of ${name} that runs as it stands`, async () => {
      await page.goto(address);
      await page.getByRole("radio", { name: "CLI" }).check();
      const snippet = page.locator(".code-panel");
      await snippet.filter({ hasText: "npx orthoplex" }).waitFor();
      await draws(await snippet.innerText());
    });
  }

  test("saw no page that threw an exception", () => assert.deepEqual(visitor.pageErrors, []));
});
