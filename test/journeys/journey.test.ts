// One visitor's way through the whole product: real browser, real Worker, real runner, real pictures. The steps build on
// each other, as they do for a person; the account made in the second is used by all that follow.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Page } from "playwright-core";
import { tailOf } from "../../scripts/local/child.ts";
import { ROOT } from "../../scripts/local/paths.ts";
import { seedNames } from "../../scripts/local/seed.ts";
import type { Server } from "./server.ts";
import { stepsOf } from "./steps.ts";
import { visit } from "./visit.ts";
import { distanceOf, looksOf, type Visitor } from "./visitor.ts";

const TRAINING_STEPS = 4;
const TRAINING_TIMEOUT_MS = 240_000;
/** A drawing has hundreds of colours; a blank or broken picture a handful. */
const COLOURS_MIN = 24;
/** Of 255. Two steps more or less make 3; another seed, other places or no adapters 21 and more. */
const PREVIEW_DISTANCE_MAX = 12;
const PREVIEW_TIMEOUT_MS = 90_000;
const PICTURE_TIMEOUT_MS = 120_000;
const CONCEPT = join(ROOT, "gpu-runner", "demo", "june");

type FileToChoose = { name: string; mimeType: string; buffer: Buffer };

function picturesOf(folder: string): FileToChoose[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".png"));
  return names.map((name) => ({ name, mimeType: "image/png", buffer: readFileSync(join(folder, name)) }));
}

describe("a visitor", { timeout: 600_000 }, () => {
  let server: Server;
  let visitor: Visitor;
  let page: Page;

  visit({
    arrived(...arrived) {
      [server, visitor] = arrived;
      page = visitor.page;
    },
  });

  const step = stepsOf({
    prefix: "",
    visitor: () => visitor,
    failed() {
      for (const log of ["worker", "runner"]) {
        console.error(`--- ${log}.log\n${tailOf(join(server.logs, `${log}.log`), 25)}`);
      }
    },
  });

  step("browses seeded adapters with real previews", async () => {
    await page.goto("/browse/");
    const cards = page.getByRole("article");
    await cards.first().waitFor();
    // The list goes on by itself near its end; its button may be gone before a click arrives.
    for (let shown = await cards.count(); shown < seedNames().length; shown = await cards.count()) {
      await cards.last().scrollIntoViewIfNeeded();
      await cards.nth(shown).waitFor();
    }
    for (const card of (await cards.all()).slice(0, 4)) {
      const { width, colours } = await looksOf(card.locator("img"));
      assert.ok(width >= 128, `a preview is ${width} px wide`);
      assert.ok(colours >= COLOURS_MIN, `a preview has ${colours} colours`);
    }
    const title = await cards.first().getByRole("heading").innerText();
    await page.getByRole("combobox", { name: "Search the catalog" }).fill(title);
    await page.getByRole("status").filter({ hasText: "1 adapter" }).waitFor();
    await cards.getByRole("link", { name: title }).click();
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
  });

  step("signs up", async () => {
    await page.goto("/account/");
    await page.getByRole("radio", { name: "New account" }).press("Space");
    await page.getByLabel("Name").fill("Vera Visitor");
    await page.getByLabel("Email").fill("vera@example.com");
    await page.getByLabel("Password").fill("a long enough password");
    await page.getByRole("button", { name: "Make the account" }).click();
    await page.getByRole("heading", { name: "Vera Visitor" }).waitFor();
  });

  step("composes two adapters of the catalog and sees that they compose exactly", async () => {
    await page.goto("/compose/");
    // The first member can be of any base; the others share its.
    const search = (of: (base: string | null) => boolean) =>
      page.waitForRequest((request) => {
        const { pathname, searchParams } = new URL(request.url());
        return (
          pathname === "/v1/adapters" &&
          searchParams.get("sort") === "most_used" &&
          of(searchParams.get("base"))
        );
      });
    const ofAny = search((base) => base === null);
    await page.getByRole("button", { name: "Choose from the catalog" }).click();
    await ofAny;
    const picker = page.getByRole("dialog");
    const rows = picker.getByRole("button", { name: "by orthoplex" });
    const ofOne = search((base) => base !== null);
    await rows.nth(0).click();
    await ofOne;
    await rows.nth(1).click();
    await picker.getByRole("button", { name: "Compose with 2" }).click();
    await page.getByText("Nothing meets", { exact: true }).waitFor();
  });

  step("generates their picture, which is not blank", async () => {
    assert.match(
      await page.getByLabel("Prompt", { exact: true }).inputValue(),
      /<[a-z-]+>.*; *<[a-z-]+>/,
      "both triggers are proposed",
    );
    await page.getByText("More: seed, steps, guidance, count").click();
    await page.getByLabel(/^Steps/).fill("8");
    await page.getByRole("button", { name: "Generate" }).click();
    const picture = page.getByRole("img", { name: /^Picture of:/ });
    await picture.waitFor({ timeout: PICTURE_TIMEOUT_MS });
    const { width, height, colours } = await looksOf(picture);
    assert.deepEqual([width, height], [512, 256], "two people stand side by side");
    assert.ok(colours >= COLOURS_MIN, `the picture has ${colours} colours`);
    await page.getByRole("radio", { name: "Picture" }).press("Space");
    await page.getByRole("region", { name: "Recipe" }).getByText("8, ").waitFor();
  });

  step("previews the same picture in the browser, from the same seed", async () => {
    const fetched: string[] = [];
    page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
    await page.getByRole("button", { name: "Use", exact: true }).click();
    await page.getByRole("button", { name: "Seed", exact: true }).click();
    await page.getByText(/^Draw a rough preview .* downloads .* once/).waitFor();
    assert.deepEqual(
      fetched.filter((path) => path.startsWith("/preview/")),
      [],
      "nothing is fetched before it is asked for",
    );
    await page.getByRole("button", { name: "Compose", exact: true }).click();
    await page.getByRole("button", { name: "Turn on" }).press("Enter");
    const preview = page.getByRole("img", { name: /^Preview of:/ });
    await preview.waitFor({ timeout: PREVIEW_TIMEOUT_MS });
    const result = page
      .getByRole("region", { name: "Results" })
      .getByRole("button", { name: /^Picture of:/ });
    const distance = await distanceOf(preview, result.locator("img"));
    assert.ok(
      distance < PREVIEW_DISTANCE_MAX,
      `the preview is ${distance.toFixed(1)} away from the generation`,
    );
  });

  step("previews the next edit automatically", async () => {
    const preview = page.getByRole("img", { name: /^Preview of:.*surprised/ });
    await page.getByLabel("Prompt", { exact: true }).press("Home");
    await page.getByRole("button", { name: "surprised" }).click();
    await page.getByText(/^Step \d of/).waitFor();
    await preview.waitFor();
    await page.getByText(/^Rough, seed/).waitFor({ timeout: PREVIEW_TIMEOUT_MS });
  });

  step("previews without a network, once the files are there", async () => {
    await page.waitForFunction(
      async () => (await navigator.serviceWorker.getRegistration())?.active?.state === "activated",
    );
    await page.waitForFunction(async () => {
      const kept = await (await caches.open("orthoplex-offline")).match("/compose/");
      return kept !== undefined;
    });
    await page.reload();
    await page.getByText(/^Rough, seed/).waitFor({ timeout: PREVIEW_TIMEOUT_MS });
    await page.context().setOffline(true);
    await page.reload();
    await page.getByText(/^Rough, seed/).waitFor({ timeout: PREVIEW_TIMEOUT_MS });
    await page.context().setOffline(false);
  });

  step("sees what is wrong with an empty picture, and keeps the rest of the form", async () => {
    // Requests of a page that a service worker controls cannot be changed on their way, as the next step does.
    await page.evaluate(async () => {
      for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
    });
    await page.goto("/publish/");
    const choose = (...files: FileToChoose[]) => page.locator("input[type=file]").setInputFiles(files);
    const pictures = picturesOf(CONCEPT).slice(0, 4);
    await choose(...pictures.slice(0, 3), {
      name: "empty.png",
      mimeType: "image/png",
      buffer: Buffer.alloc(0),
    });
    await page.getByText("empty.png is empty (0 bytes)").waitFor();
    await page.getByText("1 more picture needed").waitFor();
    assert.equal(await page.getByRole("button", { name: "Start training" }).isDisabled(), true);
    await choose(...pictures.slice(3));
    await page.getByText("4 pictures. Captions are optional").waitFor();
  });

  step("trains an adapter from the four pictures that are left", async () => {
    // The page asks for the base's usual number of steps, minutes on two cores; the order is shortened on its way.
    await page.route("**/v1/trainings", async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      return route.continue({ postData: { ...route.request().postDataJSON(), steps: TRAINING_STEPS } });
    });
    // The version arrives after the training: its samples have no words until then, and must not be shown without.
    await page.route("**/v1/versions/*", async (route) => {
      await page.waitForTimeout(1000);
      await route.continue();
    });
    await page.getByLabel("Name", { exact: true }).fill("June");
    await page.getByRole("button", { name: "Start training" }).click();
    await page.getByRole("heading", { name: "Is this June?" }).waitFor({ timeout: TRAINING_TIMEOUT_MS });
    const rows = page.locator(".review-row");
    const sample = rows.first().getByRole("img", { name: /^Generated: / });
    assert.ok((await looksOf(sample)).colours >= COLOURS_MIN);
    // One row for each expression of the captions, with a picture that has it beside the sample.
    const headings = await rows.getByRole("heading").allTextContents();
    const captions = picturesOf(CONCEPT)
      .slice(0, 4)
      .map(({ name }) => name.replace(/\.png$/, ""));
    assert.deepEqual(headings.toSorted(), captions.toSorted());
    assert.equal(await rows.getByRole("img", { name: /^Trained on: / }).count(), captions.length);
  });

  step("publishes the adapter, and everybody finds it", async () => {
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await page.getByRole("heading", { name: "June is published" }).waitFor();
    await page.context().clearCookies();
    await page.goto("/browse/?q=june");
    await page.getByRole("link", { name: "June" }).waitFor();
    await page.getByText("by vera-visitor").waitFor();
  });

  step("finds every route of the server in docs/api.md", async () => {
    const { paths } = (await (await page.request.get("/v1/openapi.json")).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const served = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `| ${method.toUpperCase()} | \`${path}\` |`),
    );
    const documented = readFileSync(join(ROOT, "docs", "api.md"), "utf8")
      .split("\n")
      .filter((row) => /^\| [A-Z]+ \|/.test(row));
    const missing = served.filter((row) => !documented.some((line) => line.startsWith(row)));
    const gone = documented.filter((line) => !served.some((row) => line.startsWith(row)));
    assert.deepEqual({ missing, gone }, { missing: [], gone: [] });
  });

  test("saw no page that threw an exception", () => assert.deepEqual(visitor.pageErrors, []));
});
