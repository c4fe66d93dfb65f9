// Every page of the site in both themes: nothing that axe finds, and nothing wider than a window of 320 px. One browser, two tabs at a time.

import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { Orthoplex } from "../../schema/client/index.ts";
import { ROOT } from "../../scripts/local/paths.ts";
import { REFERENCE_PATH, type SitePage, sitePages } from "../../scripts/local/site-pages.ts";
import { faultsOf } from "./axe.ts";
import { journeyServer, type Server } from "./server.ts";
import { CHROMIUM_ARGS } from "./visitor.ts";

const USUAL = { width: 1280, height: 900 };
const LAYOUT_MS = 3_000;
const NARROW = { width: 320, height: 800 };
const PHONE = { width: 390, height: 844 };
/** The operator's own, which gets a strength guide first. */
const GUIDED = "orthoplex/ivy";
/** Of a caret or a scrollbar; a line that is pushed down makes ten times as much. */
const SHIFT_MAX = 0.005;
const TABS = 2;
/** The reference has 20 groups of operations from one template, and axe takes minutes for all: the rest is taken away before it looks. */
const GROUPS_LOOKED_AT = 1;

describe("every page", { timeout: 300_000 }, () => {
  const stop = new AbortController();
  let server: Server;
  let browser: Browser;
  let contexts: Record<SitePage["as"], BrowserContext>;
  let pages: SitePage[];

  before(async () => {
    server = await journeyServer(stop.signal);
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "", args: CHROMIUM_ARGS });
    contexts = { demo: await signedIn(server.demo), operator: await signedIn(server.operator) };
    await guide(new Orthoplex({ url: server.url, key: server.operator.api_key }), GUIDED);
    const fixed = await sitePages(new Orthoplex({ url: server.url, key: server.demo.api_key }));
    pages = [...fixed, { path: `/adapter/?id=${GUIDED}`, as: "demo" }];
  });
  after(async () => {
    await browser?.close();
    await server?.end();
  });

  async function signedIn({ email, password }: Server["demo"]): Promise<BrowserContext> {
    const context = await browser.newContext({
      baseURL: server.url,
      reducedMotion: "reduce",
      viewport: USUAL,
    });
    const headers = { origin: server.url };
    const reply = await context.request.post("/auth/sign-in/email", { data: { email, password }, headers });
    assert.ok(reply.ok(), await reply.text());
    return context;
  }

  test("of the source is among those that are looked at", () => {
    const built = globSync("**/index.html", { cwd: join(ROOT, "site/pages") }).map((file) => dirname(file));
    const looked = pages.map(({ path }) => new URL(path, server.url).pathname.replace(/^\/|\/$/g, "") || ".");
    assert.deepEqual(
      built.filter((folder) => !looked.includes(folder)),
      [],
    );
  });

  for (const path of [
    "/",
    "/browse/",
    "/mixes/",
    "/pictures/",
    "/compose/",
    "/compose/#a=orthoplex/ivy&a=orthoplex/paco",
  ]) {
    test(`does not jump while it loads on a phone: ${path}`, async () => {
      const { sum, moved } = await shiftOf(contexts.demo, path);
      assert.ok(sum <= SHIFT_MAX, `${sum.toFixed(4)}: ${moved.join(", ")}`);
    });
  }

  test("has no fault that axe finds in either theme, and fits into 320 px", {
    concurrency: TABS,
  }, async (t) => {
    const waiting = [...pages];
    const tab = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const { path, as } = next;
        await t.test(path, () => look(contexts[as], path));
      }
    };
    await Promise.all(Array.from({ length: TABS }, tab));
  });
});

/** Publishes a strength guide of an adapter, in one step a picture, and shares one of them: npm start draws guides for all seeds. */
async function guide(api: Orthoplex, ref: string): Promise<void> {
  const [owner = "", name = ""] = ref.split("/");
  const { latest_version: version } = await api.get("/v1/adapters/{owner}/{name}", {
    params: { path: { owner, name } },
  });
  assert.ok(version);
  const images: string[] = [];
  for (const strength of [0, 0.25, 0.5, 0.75, 1]) {
    const body = { adapters: [{ ref, strength }], prompt: version.trigger, seed: 7, steps: 1 };
    const job = await api.finished(await api.post("/v1/generations", { body }));
    images.push(...(job.result?.images ?? []).map(({ id }) => id));
  }
  assert.equal(images.length, 5);
  await api.post("/v1/pictures", { body: { image_id: String(images.at(-1)) } });
  await api.patch("/v1/versions/{version}", {
    params: { path: { version: version.id } },
    body: { previews: [...version.previews.map(({ id }) => id), ...images] },
  });
}

/** Layout Instability API: the share of the window that moved, times how far, summed over what no input caused. */
async function shiftOf(context: BrowserContext, path: string): Promise<{ sum: number; moved: string[] }> {
  const page = await context.newPage();
  try {
    await page.setViewportSize(PHONE);
    await page.addInitScript(() => {
      const seen = { sum: 0, moved: [] as string[] };
      Object.assign(window, { seen });
      type Shift = PerformanceEntry & { value: number; sources: { node: Node | null }[] };
      new PerformanceObserver((list) => {
        for (const { value, sources } of list.getEntries() as Shift[]) {
          seen.sum += value;
          seen.moved.push(...sources.map(({ node }) => (node as Element | null)?.className ?? "text"));
        }
      }).observe({ type: "layout-shift", buffered: true });
    });
    await page.goto(path);
    await filled(page);
    await page.waitForLoadState("networkidle");
    return await page.evaluate(() => (window as unknown as { seen: { sum: number; moved: string[] } }).seen);
  } finally {
    await page.close();
  }
}

async function look(context: BrowserContext, path: string): Promise<void> {
  const page = await context.newPage();
  const thrown: string[] = [];
  page.on("pageerror", ({ message }) => thrown.push(message));
  try {
    await page.goto(path);
    await filled(page);
    await page.setViewportSize(NARROW);
    const wider = await widerThanWindow(page);
    const stretched = await stretchedTags(page);
    const cut = await cutAtItsSide(page);
    await page.setViewportSize(USUAL);
    if (path === REFERENCE_PATH) await leaveGroups(page, GROUPS_LOOKED_AT);
    const faults: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      // Themes differ in nothing but colours.
      const found = await faultsOf(page, { onlyColours: colorScheme === "dark" });
      faults.push(...found.map((fault) => `${colorScheme}: ${fault}`));
    }
    assert.deepEqual(
      { faults, thrown, wider, stretched, cut },
      { faults: [], thrown: [], wider: 0, stretched: [], cut: [] },
    );
  } finally {
    await page.close();
  }
}

/** Its heading is there, and nothing says that it still loads. */
async function filled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const shown = (each: Element) => each.checkVisibility();
    // The page of parts shows what loads for ever.
    const busy = [
      ...document.querySelectorAll('main :is([aria-busy="true"], .skeleton):not(.gallery *)'),
    ].filter(shown);
    return document.querySelector("h1, .compose-main") !== null && busy.length === 0;
  });
}

const leaveGroups = (page: Page, count: number) =>
  page.evaluate((left) => {
    const groups = [...document.querySelectorAll(".api-group")];
    if (groups.length <= left) throw new Error("the groups of the reference were not found");
    for (const group of groups.slice(left)) group.remove();
  }, count);

/** How much of the page lies beside the window, once that was laid out anew: what observes its own size answers a frame later. */
async function widerThanWindow(page: Page): Promise<number> {
  const fits = () => document.documentElement.scrollWidth <= document.documentElement.clientWidth;
  await page.waitForFunction(fits, null, { timeout: LAYOUT_MS }).catch(() => {});
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Titles of figures and tables go on within the window, though what they name scrolls sideways; choices stay within what they stand in. */
const cutAtItsSide = (page: Page) =>
  page.evaluate(() => {
    const rightOf = (element: Element) => element.getBoundingClientRect().right;
    return [...document.querySelectorAll("caption, figcaption, .segmented")]
      .filter((each) => each.checkVisibility())
      .filter((each) => {
        const place = each.matches(".segmented") ? each.parentElement : null;
        return rightOf(each) > 1 + (place ? rightOf(place) : innerWidth);
      })
      .map((each) => `${each.tagName} ${each.textContent}`);
  });

/** A tag is one line high, whatever stands beside it. */
const stretchedTags = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll(".tag")]
      .filter(
        (tag) => tag.getBoundingClientRect().height > 2 * Number.parseFloat(getComputedStyle(tag).fontSize),
      )
      .map((tag) => tag.textContent),
  );
