// npm run screenshots: every page at four widths, light and dark, into .local/screenshots. Uses the running server, or starts one.
//   npm run screenshots -- compose browse     only pages whose address contains one of these words; the others' stay

import { mkdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { type BrowserContext, chromium, errors, type Page } from "playwright-core";
import { Orthoplex } from "../schema/client/index.ts";
import { findOrInstallChromium } from "./chromium.ts";
import { LOCAL, ROOT } from "./local/paths.ts";
import { sitePages } from "./local/site-pages.ts";
import { someServer } from "./local/some-server.ts";
import { SETTLED } from "./settled.ts";

const OUT = join(LOCAL, "screenshots", "pages");
const WIDTHS = [390, 768, 1440, 1920];
const THEMES = ["light", "dark"] as const;
const HEIGHT = 900;
/** After the network is quiet: pictures fade in. */
const SETTLE_MS = 400;
/** Pages with an open event stream never are quiet. */
const QUIET_TIMEOUT_MS = 8_000;

const words = process.argv.slice(2);
const executablePath = await findOrInstallChromium();
if (!executablePath) {
  console.error("✗ There is no Chromium. Install one, or set CHROMIUM to its path.");
  process.exit(1);
}
const server = await someServer();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
let faults = 0;
try {
  if (words.length === 0) rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const contexts = { demo: await signedIn(server), operator: await signedIn(server.operator) };
  for (const { path, as } of await sitePages(new Orthoplex({ url: server.url, key: server.apiKey }))) {
    if (words.length > 0 && !words.some((word) => path.includes(word))) continue;
    faults += await shoot(contexts[as], path);
  }
} finally {
  await browser.close();
  await server.end();
}
console.log(`${relative(ROOT, OUT)} holds them. ${faults === 0 ? "No page is wider than its window." : ""}`);
process.exitCode = faults === 0 ? 0 : 1;

async function signedIn({ email, password }: { email: string; password: string }): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: server.url, reducedMotion: "reduce" });
  await context.request.post("/auth/sign-in/email", {
    data: { email, password },
    headers: { origin: server.url },
  });
  return context;
}

async function quiet(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle", { timeout: QUIET_TIMEOUT_MS }).catch((error: unknown) => {
    if (!(error instanceof errors.TimeoutError)) throw error;
  });
}

/** Returns at how many widths the page is wider than its window. */
async function shoot(context: BrowserContext, path: string): Promise<number> {
  const page = await context.newPage();
  await page.goto(path);
  await quiet(page);
  let wide = 0;
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: HEIGHT });
    // The whole page is shot, so that what would load when it is scrolled to is loaded now.
    await page.evaluate(() => {
      for (const img of document.images) img.loading = "eager";
    });
    await quiet(page);
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.evaluate(SETTLED);
      await page.waitForTimeout(SETTLE_MS);
      const name = `${path.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "") || "home"}-${width}-${colorScheme}.png`;
      await page.screenshot({ path: join(OUT, name), fullPage: true });
    }
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (over <= 0) continue;
    wide += 1;
    console.log(`! ${path} is ${over} px wider than ${width} px`);
  }
  console.log(`· ${path}`);
  await page.close();
  return wide;
}
