// Pictures of the results as HTML: plots and contact sheets of docs/results, which Vite then emits as assets, and the measured crosstalk of
// pairs, rendered here.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { escapeHtml } from "../escape.ts";
import { isOurs, type Results } from "./results.ts";

const FOLDER = resolve(import.meta.dirname, "../../../docs/results");
/** Relative to the page that shows them, site/pages/method/. */
const ADDRESS = "../../../docs/results";
/** Sheets have twice the base's pixels; the page shows them a little smaller. */
const SCALE = 0.8;

interface Size {
  width: number;
  height: number;
}

/** The size of a lossy WebP, as eval/sheets.py writes them, from the header of its key frame (RFC 6386, 9.1). */
function webpSize(bytes: Buffer): Size {
  if (bytes.toString("latin1", 8, 16) !== "WEBPVP8 ") throw new Error("not a lossy WebP");
  return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
}

/** The size of an SVG as eval/plots.py writes it, from its viewBox. */
function svgSize(text: string): Size {
  const box = /viewBox="0 0 (\d+) (\d+)"/.exec(text);
  if (!box) throw new Error("an SVG without a viewBox that starts at 0 0");
  return { width: Number(box[1]), height: Number(box[2]) };
}

function plotHtml(name: string, alt: string): string {
  const { width, height } = svgSize(readFileSync(resolve(FOLDER, name), "utf8"));
  return `<img class="plot" src="${ADDRESS}/${name}" alt="${escapeHtml(alt)}" width="${width}" height="${height}" loading="lazy" decoding="async">`;
}

/** Plots side by side; where there is no room for their text they scroll. */
export function plotsHtml(label: string, plots: readonly (readonly [name: string, alt: string])[]): string {
  const images = plots.map(([name, alt]) => plotHtml(name, alt));
  return `<div class="plots" role="region" aria-label="${escapeHtml(label)}" tabindex="0">${images.join("")}</div>`;
}

export function sheetHtml(name: string, caption: string): string {
  const { width, height } = webpSize(readFileSync(resolve(FOLDER, name)));
  const alt = `Contact sheet. ${caption}`;
  return `<figure class="sheet"><div class="sheet-scroll" role="region" aria-label="${escapeHtml(caption)}" tabindex="0"><img src="${ADDRESS}/${name}" alt="${escapeHtml(alt)}" width="${Math.round(width * SCALE)}" height="${Math.round(height * SCALE)}" loading="lazy" decoding="async"></div>
<figcaption class="quiet">${escapeHtml(caption)} <a href="${ADDRESS}/${name}">Full size</a></figcaption></figure>`;
}

const CELL = 20;
const GAP = 2;

/** n(n - 1) ordered pairs, i before j, as rows of a square whose diagonal is each residual's response to its own concept. */
export function squareOf(values: readonly number[]): number[][] {
  const n = Math.round((1 + Math.sqrt(1 + 4 * values.length)) / 2);
  if (n * (n - 1) !== values.length)
    throw new Error(`${values.length} are not all ordered pairs of anything`);
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => (i === j ? 1 : (values[i * (n - 1) + (j < i ? j : j - 1)] ?? 0))),
  );
}

/** For every training method, which residual responds to which concept: rows are generated concepts, columns are residuals. */
export function answersHtml({ interference }: Results): string {
  const figures = interference.points.map(([name, points]) => {
    const square = squareOf(points.map((point) => point.activations));
    const side = square.length * CELL - GAP;
    const cells = square.flatMap((row, i) =>
      row.map(
        (value, j) =>
          `<rect class="answer-ground" x="${j * CELL}" y="${i * CELL}" width="${CELL - GAP}" height="${CELL - GAP}" rx="2"/><rect class="${i === j ? "answer-own" : "answer-other"}" x="${j * CELL}" y="${i * CELL}" width="${CELL - GAP}" height="${CELL - GAP}" rx="2" fill-opacity="${Math.min(1, value).toFixed(3)}"/>`,
      ),
    );
    const label = `${name}: how loud each residual answers to each concept`;
    return `<figure${isOurs(name) ? ' class="row-ours"' : ""}><svg class="answers" viewBox="0 0 ${side} ${side}" role="img" aria-label="${escapeHtml(label)}">${cells.join("")}</svg><figcaption>${escapeHtml(name)}</figcaption></figure>`;
  });
  return `<div class="answers-row">${figures.join("")}</div>`;
}
