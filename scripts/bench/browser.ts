// npm run bench -- browser: what somebody with a browser waits for, on the real Worker with the seeded catalog, in Chromium without a GPU: first
// paint and shift of pages, and the preview on the canvas, first and after an edit.
//   npm run bench -- browser --rounds 5

import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { findOrInstallChromium } from "../chromium.ts";
import { startTemporaryServer } from "../local/temporary.ts";

const PAGES = ["/", "/browse/", "/adapter/?id=orthoplex/ivy", "/compose/", "/publish/"];
const WIDTHS = [390, 1440];
const EXPRESSIONS = ["surprised", "laughing", "sad", "smiling", "angry"];
const PREVIEW_TIMEOUT_MS = 120_000;
/** After this long without a request a page counts as still. */
const STILL_MS = 1_000;

type Look = { paint: number; largest: number; shift: number };

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error("--rounds must be a whole number of at least 1.");
  process.exit(1);
}
const executablePath = await findOrInstallChromium();
if (!executablePath) {
  console.error("✗ Chromium was not found.");
  process.exit(1);
}
const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stop.abort());
const server = await startTemporaryServer({ runners: 0, signal: stop.signal, say: console.log });
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
try {
  console.log(`\n${rounds} rounds, load average ${loadavg()[0]?.toFixed(1)}; medians, and the most`);
  for (const path of PAGES) {
    for (const width of WIDTHS) {
      const looks: Look[] = [];
      for (let round = 0; round < rounds; round++) looks.push(await lookAt(browser, path, width));
      const [paint, largest] = (["paint", "largest"] as const).map((key) =>
        spread(looks.map((each) => each[key])),
      );
      const shift = Math.max(...looks.map((each) => each.shift)).toFixed(3);
      console.log(
        `${path.padEnd(26)}${String(width).padStart(5)} px  first paint ${paint} ms  largest ${largest} ms  shift ${shift}`,
      );
    }
  }
  await measurePreview(browser);
} finally {
  await browser.close();
  await server.end();
}

function spread(numbers: number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b);
  return `${Math.round(sorted[Math.floor((sorted.length - 1) / 2)] ?? 0)} (${Math.round(sorted.at(-1) ?? 0)})`;
}

/** A first visit, with nothing in the browser's cache. */
async function lookAt(browser: Browser, path: string, width: number): Promise<Look> {
  const context = await browser.newContext({ baseURL: server.url, viewport: { width, height: 900 } });
  try {
    const page = await context.newPage();
    await page.addInitScript(() => {
      const seen = { largest: 0, shift: 0 };
      Object.assign(globalThis, { seen });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) seen.largest = entry.startTime;
      }).observe({ type: "largest-contentful-paint", buffered: true });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) seen.shift += "value" in entry ? Number(entry.value) : 0;
      }).observe({ type: "layout-shift", buffered: true });
    });
    await page.goto(path, { waitUntil: "networkidle" });
    await page.waitForTimeout(STILL_MS);
    const seen = await page.evaluate<Omit<Look, "paint">>("seen");
    const paint = await page.evaluate<number>(
      "performance.getEntriesByName('first-contentful-paint')[0].startTime",
    );
    return { ...seen, paint };
  } finally {
    await context.close();
  }
}

async function measurePreview(browser: Browser): Promise<void> {
  const page = await browser.newPage({ baseURL: server.url, viewport: { width: 1440, height: 900 } });
  const drawn = (page: Page) => page.getByText(/^Rough, seed/).waitFor({ timeout: PREVIEW_TIMEOUT_MS });
  await page.goto("/compose/");
  await page.getByRole("button", { name: "Choose from the catalog" }).click();
  const picker = page.getByRole("dialog");
  for (const at of [0, 1]) await picker.getByRole("button", { name: "by orthoplex" }).nth(at).click();
  await picker.getByRole("button", { name: "Compose with 2" }).click();
  await page.getByText(/^Draw a rough preview/).waitFor();
  await page.getByRole("button", { name: "Turn on" }).click();
  console.log(
    `preview of two people, consent to picture: ${await took(() => drawn(page))} ms, files among it`,
  );
  const first: number[] = [];
  const edits: number[] = [];
  for (let round = 0; round < rounds; round++) {
    first.push(
      await took(async () => {
        await page.reload();
        await drawn(page);
      }),
    );
    await page.getByLabel("Prompt", { exact: true }).press("Home");
    const expression = EXPRESSIONS[round % EXPRESSIONS.length] ?? "";
    edits.push(
      await took(async () => {
        await page.getByRole("button", { name: expression, exact: true }).click();
        await page.getByText(/^Step \d of/).waitFor();
        await drawn(page);
      }),
    );
  }
  console.log(`preview, a reload with the files in the cache to the picture: ${spread(first)} ms`);
  console.log(`preview, an edit to its picture: ${spread(edits)} ms`);
}

async function took(what: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await what();
  return Math.round(performance.now() - begun);
}
