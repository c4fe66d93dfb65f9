// Folders of pictures: what is read from one, with captions, and the one that results are written into. All of it is looked at before
// anything is ordered.

import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { decodeText } from "../../functions/lib/text-file.ts";
import { UsageError } from "./command.ts";

const PICTURES = [".png", ".jpg", ".jpeg", ".webp"];
/** What cameras and editors write and no base reads: a training that leaves them out without a word is not the one that was asked for. */
const OTHER_PICTURES = [".heic", ".heif", ".avif", ".tif", ".tiff", ".bmp", ".gif"];

/** The pictures of a folder by name. Hidden files are none of them: macOS leaves a `._NAME` beside each file on foreign disks. */
export function picturesIn(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`${folder} is no folder.`);
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith(".") && !entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  const hasType = (types: string[]) => names.filter((name) => types.includes(extname(name).toLowerCase()));
  const [other] = hasType(OTHER_PICTURES);
  if (other !== undefined) {
    throw new UsageError(
      `${join(folder, other)} is no PNG, JPEG or WebP: convert it, or take it out of the folder.`,
    );
  }
  const files = hasType(PICTURES);
  if (files.length === 0) throw new UsageError(`${folder} holds no PNG, JPEG or WebP pictures.`);
  return files.map((name) => join(folder, name));
}

/** Captions of pictures: NAME.txt beside each, as kohya's trainers have it, else captions.json of the folder, else the file's name. */
export function captionOf(picture: string): string {
  const stem = picture.slice(0, -extname(picture).length);
  const beside = `${stem}.txt`;
  if (existsSync(beside)) return decodeText(readFileSync(beside)).trim();
  return captionsOf(dirname(picture))[basename(picture)] ?? basename(stem).replace(/[-_]+/g, " ");
}

function captionsOf(folder: string): Record<string, string> {
  const file = join(folder, "captions.json");
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(decodeText(readFileSync(file)));
  } catch {
    throw new UsageError(`${file} is not JSON.`);
  }
}

/** The folder of --out, there and writable. */
export function outFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new UsageError(
      `${folder} cannot be written into: ${error instanceof Error ? error.message : error}`,
    );
  }
  return folder;
}
