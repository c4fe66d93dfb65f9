// Where --out goes: a folder or a file. Everything is made and tried before anything is ordered or downloaded.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { isFileEnding } from "../../schema/contract/picture-files.ts";
import { UsageError } from "./command.ts";

/** Pictures are PNG files. */
const ENDING = ".png";
/** Files of weights are safetensors. */
const WEIGHTS_ENDING = ".safetensors";

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/**
 * Makes a folder with its parents, one by one: mkdirSync's `recursive` never returns where a parent is there and the system still says ENOENT,
 * as it does below /proc.
 */
function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  mkdirSync(folder);
  made.push(folder);
}

/** Folders that this process made, parents first. */
const made: string[] = [];

/** Takes away the folders that were made for what did not come: an order may be refused. */
export function removeEmptyFolders(): void {
  for (const folder of made.splice(0).reverse()) {
    if (isFolder(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
  }
}

/** What --out names. */
function named(out: string): string {
  if (out.trim() === "") throw new UsageError("--out names no place: it is empty.");
  return out;
}

/** The folder of --out, there and writable: tried by a folder in it, since the administrator may write everywhere by its mode, and cannot. */
export function outFolder(folder: string): string {
  if (statSync(named(folder), { throwIfNoEntry: false })?.isDirectory() === false)
    throw new UsageError(
      `${folder} is a file that is there already: name a folder, or NAME${ENDING} for one picture.`,
    );
  try {
    makeFolder(folder);
    rmdirSync(mkdtempSync(join(folder, ".orthoplex-")));
  } catch (error) {
    throw new UsageError(
      `${folder} cannot be written into: ${error instanceof Error ? error.message : error}`,
    );
  }
  return folder;
}

/** A file of --out: itself, or `name` in a folder, which is one that is there or ends in a slash. Its folder is there and writable. */
export function outFile(out: string, name: string): string {
  named(out);
  const file = /[/\\]$/.test(out) || isFolder(out) ? join(out, name) : out;
  if (isFileEnding(extname(file)) && extname(file).toLowerCase() !== WEIGHTS_ENDING)
    throw new UsageError(`${file}: what is written is weights; let it end in ${WEIGHTS_ENDING}.`);
  outFolder(dirname(file));
  return file;
}

/** Writes beside the place and moves there: a full disk leaves no half of a file, and what was there. */
export function writeWhole(file: string, bytes: Uint8Array): void {
  const part = `${file}.part`;
  try {
    writeFileSync(part, bytes);
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

export type PicturesOut = { folder: string; file: string | null };

/** Where the pictures of a job go: into a folder under names of their own, or one picture into a file that ends as pictures do. */
export function outPictures(out: string, count: number): PicturesOut {
  const ending = extname(out).toLowerCase();
  if (/[/\\]$/.test(out) || isFolder(out) || !isFileEnding(ending))
    return { folder: outFolder(out), file: null };
  if (ending !== ENDING)
    throw new UsageError(`${basename(out)}: pictures are PNG files; let it end in .png, or name a folder.`);
  if (count > 1) throw new UsageError(`${out} is one file for ${count} pictures: name a folder.`);
  if (existsSync(out)) throw new UsageError(`${out} is there already: name another file.`);
  return { folder: outFolder(dirname(out)), file: out };
}
