// One person in one browser: a page, screenshots into .local/screenshots, and a record of what went wrong on the page.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Locator, type Page } from "playwright-core";
import { LOCAL } from "../../scripts/local/paths.ts";

const SCREENSHOTS = join(LOCAL, "screenshots");
export const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-sync",
];
/** Two shared cores: everything but a training comes well within this. */
const TIMEOUT_MS = 30_000;

export type Visitor = {
  page: Page;
  /** Exceptions that pages threw. */
  pageErrors: string[];
  shot(name: string): Promise<void>;
  leave(): Promise<void>;
};

/** The browser is that of CHROMIUM. */
export async function welcome(url: string): Promise<Visitor> {
  const executablePath = process.env.CHROMIUM;
  if (!executablePath) throw new Error("Set CHROMIUM to a browser, or run npm test, which finds one");
  mkdirSync(SCREENSHOTS, { recursive: true });
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
  const page = await browser.newPage({ baseURL: url, viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(TIMEOUT_MS);
  const pageErrors: string[] = [];
  page.on("pageerror", (error) => pageErrors.push(`${page.url()}: ${error.message}`));
  return {
    page,
    pageErrors,
    async shot(name) {
      await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
    },
    leave: () => browser.close(),
  };
}

/** How an <img> really looks once it has loaded: its size and how many different colours it has, in steps of 16. */
export async function looksOf(image: Locator): Promise<{ width: number; height: number; colours: number }> {
  return image.evaluate(async (element) => {
    const img = element as HTMLImageElement;
    img.loading = "eager";
    await img.decode();
    const canvas = new OffscreenCanvas(img.naturalWidth, img.naturalHeight);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("no canvas");
    context.drawImage(img, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set<number>();
    for (let i = 0; i < data.length; i += 4) {
      colours.add(
        (((data[i] ?? 0) >> 4) << 8) | (((data[i + 1] ?? 0) >> 4) << 4) | ((data[i + 2] ?? 0) >> 4),
      );
    }
    return { width: canvas.width, height: canvas.height, colours: colours.size };
  });
}

/** How far a <canvas> is from an <img> of the same size: the mean over all colour values, of 255. */
export async function distanceOf(canvas: Locator, image: Locator): Promise<number> {
  const picture = await image.elementHandle();
  return canvas.evaluate(async (element, other) => {
    const pixelsOf = (source: HTMLCanvasElement | HTMLImageElement, width: number, height: number) => {
      const context = new OffscreenCanvas(width, height).getContext("2d");
      if (!context) throw new Error("no canvas");
      context.drawImage(source, 0, 0);
      return context.getImageData(0, 0, width, height).data;
    };
    const [ours, theirs] = [element as HTMLCanvasElement, other as HTMLImageElement];
    const [width, height] = [theirs.naturalWidth, theirs.naturalHeight];
    if (ours.width !== width || ours.height !== height) return Number.POSITIVE_INFINITY;
    const [a, b] = [pixelsOf(ours, width, height), pixelsOf(theirs, width, height)];
    return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / ((a.length * 3) / 4);
  }, picture);
}
