// A grid of pictures as one PNG with its labels.

import type { Result } from "../../workspace/document.ts";
import type { Store } from "../../workspace/store.ts";
import { bytesOfResult } from "./save.ts";

const GAP = 8;
const LABEL = 28;
const FONT = "600 15px system-ui, sans-serif";

export async function sheetOf(
  cells: readonly Result[],
  columns: readonly string[],
  rows: readonly string[],
  store: Store,
): Promise<Blob> {
  const width = Math.max(...cells.map(({ image }) => image.width));
  const height = Math.max(...cells.map(({ image }) => image.height));
  const row = height + LABEL + GAP;
  const canvas = new OffscreenCanvas(columns.length * (width + GAP) + GAP, rows.length * row + GAP);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser gives no canvas.");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.font = FONT;
  context.textBaseline = "middle";
  for (const cell of cells) {
    const left = GAP + columns.indexOf(cell.place?.x ?? "") * (width + GAP);
    const top = GAP + rows.indexOf(cell.place?.y ?? "") * row;
    const text = [cell.place?.x, cell.place?.y].filter(Boolean).join(", ");
    context.fillStyle = "#1a1713";
    context.fillText(text, left, top + LABEL / 2, width);
    const bytes = await bytesOfResult(cell, store);
    if (bytes) context.drawImage(await createImageBitmap(bytes), left, top + LABEL);
  }
  return canvas.convertToBlob({ type: "image/png" });
}
