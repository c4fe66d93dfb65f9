// The chosen pictures: read, cropped to a square, or refused with a reason. Nothing leaves the browser here.

import { IMAGE_MAX_BYTES, MIB } from "../../../schema/contract/limits.ts";
import { PICTURE_ENDINGS, pictureKindOf } from "../../../schema/contract/picture-files.ts";
import { type Crop, firstCrop } from "./crop.ts";

export interface Chosen {
  id: string;
  name: string;
  bitmap: ImageBitmap;
  crop: Crop;
  /** The square as it will be sent, and an object URL to show it. */
  square: Blob;
  url: string;
  caption: string;
}

export type Read = { picture: Chosen } | { refused: string };

const ACCEPTED_TYPES = ["image/png", "image/jpeg", "image/webp"];
/** For file choosers: the endings too, since not every system knows the type of each. */
export const ACCEPTED_FILES = [...ACCEPTED_TYPES, ...PICTURE_ENDINGS].join(",");
const SQUARE_PIXELS = 512;
const BITMAP_MAX_PIXELS = 50_000_000;

/** Checks that need not open the file. Null: go on and read it. */
export function fileRefusal(file: { name: string; size: number; type: string }): string | null {
  if (file.size === 0) return `${file.name} is empty (0 bytes).`;
  if (!ACCEPTED_TYPES.includes(file.type) && pictureKindOf(file.name) !== "picture")
    return `${file.name} is no PNG, JPEG or WebP picture.`;
  if (file.size > IMAGE_MAX_BYTES) return `${file.name} is larger than ${IMAGE_MAX_BYTES / MIB} MiB.`;
  return null;
}

export async function readPicture(file: File): Promise<Read> {
  const refused = fileRefusal(file);
  if (refused) return { refused };
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return { refused: `${file.name} can't be opened. It may be damaged.` };
  }
  if (bitmap.width * bitmap.height > BITMAP_MAX_PIXELS) {
    return { refused: `${file.name} has more than ${BITMAP_MAX_PIXELS / 1e6} million pixels.` };
  }
  const crop = firstCrop(bitmap);
  const square = await cut(bitmap, crop);
  const picture = { id: crypto.randomUUID(), name: file.name, bitmap, crop, square, caption: "" };
  return { picture: { ...picture, url: URL.createObjectURL(square) } };
}

export async function recropped(picture: Chosen, crop: Crop): Promise<Chosen> {
  const square = await cut(picture.bitmap, crop);
  URL.revokeObjectURL(picture.url);
  return { ...picture, crop, square, url: URL.createObjectURL(square) };
}

export function discard(picture: Chosen): void {
  URL.revokeObjectURL(picture.url);
  picture.bitmap.close();
}

async function cut(bitmap: ImageBitmap, { x, y, side }: Crop): Promise<Blob> {
  const canvas = new OffscreenCanvas(SQUARE_PIXELS, SQUARE_PIXELS);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser provides no canvas context");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, x, y, side, side, 0, 0, SQUARE_PIXELS, SQUARE_PIXELS);
  return canvas.convertToBlob({ type: "image/png" });
}
