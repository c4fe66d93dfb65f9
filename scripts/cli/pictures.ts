// Folders of pictures: what is read from one, with captions. Everything is checked before anything is ordered.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { captionFiles } from "../../functions/lib/caption-files.ts";
import { decodeText } from "../../functions/lib/text-file.ts";
import { uncarriableAt } from "../../schema/contract/characters.ts";
import { lengthOf } from "../../schema/contract/cut-text.ts";
import { CAPTION_MAX_CHARACTERS } from "../../schema/contract/limits.ts";
import { pictureKindOf } from "../../schema/contract/picture-files.ts";
import { UsageError } from "./command.ts";

/** The pictures of a folder by name. */
export function picturesIn(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`${folder} is no folder.`);
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  const other = names.find((name) => pictureKindOf(name) === "other");
  if (other !== undefined) {
    throw new UsageError(
      `${join(folder, other)} is no PNG, JPEG or WebP: convert it, or take it out of the folder.`,
    );
  }
  const files = names.filter((name) => pictureKindOf(name) === "picture");
  if (files.length === 0) throw new UsageError(`${folder} holds no PNG, JPEG or WebP pictures.`);
  return files.map((name) => join(folder, name));
}

const CAPTIONS = "captions.json";

/** Captions of pictures: NAME.txt or NAME.caption beside each, as kohya's trainers have it, else captions.json of the folder, else the file's name. */
export function captionOf(picture: string): string {
  const [folder, stem] = [dirname(picture), basename(picture, extname(picture))];
  const beside = captionFiles(readdirSync(folder)).get(basename(picture));
  if (beside !== undefined) {
    const file = join(folder, beside);
    return usable(textOf(file).trim(), file);
  }
  const listed = captionsOf(folder)[composed(basename(picture))];
  return listed === undefined
    ? stem.replace(/[-_]+/g, " ")
    : usable(listed, `${CAPTIONS}: ${basename(picture)}`);
}

function textOf(file: string): string {
  const text = decodeText(readFileSync(file));
  if (text === null) throw new UsageError(`${file} is in an encoding that is not read: save it as UTF-8.`);
  return text;
}

function usable(caption: string, file: string): string {
  const length = lengthOf(caption);
  if (length > CAPTION_MAX_CHARACTERS)
    throw new UsageError(
      `${file} has ${length} characters; a caption has at most ${CAPTION_MAX_CHARACTERS}.`,
    );
  if (uncarriableAt(caption) !== null)
    throw new UsageError(`${file} holds control characters, bidirectional overrides or half a character.`);
  return caption;
}

/** macOS writes decomposed characters, others composed ones: one name is one name. */
const composed = (name: string) => name.normalize("NFC");

function captionsOf(folder: string): Record<string, string> {
  const file = join(folder, CAPTIONS);
  if (!existsSync(file)) return {};
  const text = textOf(file);
  try {
    const written: Record<string, string> = JSON.parse(text);
    return Object.fromEntries(Object.entries(written).map(([name, text]) => [composed(name), text]));
  } catch {
    throw new UsageError(`${file} is not JSON.`);
  }
}

/** A message about an order in which pictures have numbers, from 1, with the file of each behind its number. */
export function withFiles(message: string, pictures: readonly string[]): string {
  const named = (number: string) => {
    const file = pictures[Number(number) - 1];
    return file === undefined ? number : `${number} (${file})`;
  };
  return message.replace(/\bpictures? \d+(?: and \d+)?\b/gi, (numbers) => numbers.replace(/\d+/g, named));
}
