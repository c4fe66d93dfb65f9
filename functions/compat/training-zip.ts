// Pictures with captions from a zip that was sent for a training. What is in the files, the one who stores them finds out.

import { cutText } from "../../schema/contract/cut-text.ts";
import {
  CAPTION_MAX_CHARACTERS,
  REPLICATE_FILE_MAX_BYTES,
  TRAINING_IMAGES_MAX,
  ZIP_ENTRIES_MAX,
} from "../../schema/contract/limits.ts";
import { pictureKindOf } from "../../schema/contract/picture-files.ts";
import { cleaned } from "../../schema/contract/text.ts";
import { captionFiles } from "../lib/caption-files.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { decodeText } from "../lib/text-file.ts";
import { namesInZip, readZip, ZipFault } from "./zip.ts";

type Entry = { name: string; bytes: Uint8Array<ArrayBuffer>; caption: string };

/** Pictures by name, each with the caption of the text file beside it. Texts that belong to no picture are not read. */
export function unpackTraining(zip: Uint8Array<ArrayBuffer>, pointer: string): Entry[] | Refusal {
  const unreadable = (fault: ZipFault) =>
    refuse("file_invalid", `The zip cannot be read: ${fault.detail}.`, pointer, "zip");
  const names = namesInZip(zip, ZIP_ENTRIES_MAX);
  if (names instanceof ZipFault) return unreadable(names);
  const pictures = names.filter((name) => !name.startsWith("__MACOSX/") && pictureKindOf(name) !== null);
  if (pictures.length === 0) {
    const detail = "The zip has no pictures. Put PNG, JPEG or WebP files into it, with their endings.";
    return refuse("file_invalid", detail, pointer, "empty");
  }
  if (pictures.length > TRAINING_IMAGES_MAX) {
    const detail = `A training has at most ${TRAINING_IMAGES_MAX} pictures; the zip has ${pictures.length}.`;
    return refuse("request_invalid", detail, pointer);
  }
  const captions = captionFiles(names.filter((name) => !name.startsWith("__MACOSX/")));
  const texts = new Set(captions.values());
  const isWanted = (name: string) => pictures.includes(name) || texts.has(name);
  const files = readZip(zip, isWanted, {
    entriesMax: ZIP_ENTRIES_MAX,
    filesMax: 2 * TRAINING_IMAGES_MAX,
    bytesMax: REPLICATE_FILE_MAX_BYTES,
  });
  if (files instanceof ZipFault) return unreadable(files);
  const read = new Map<string, string>();
  for (const { name, bytes } of files.filter((file) => texts.has(file.name))) {
    const text = decodeText(bytes);
    if (text === null) {
      return refuse(
        "file_invalid",
        `${name} is in an encoding that is not read: save it as UTF-8.`,
        pointer,
        "zip",
      );
    }
    if (text.includes("\0")) {
      return refuse("file_invalid", `${name} is no text: it holds NUL characters.`, pointer, "zip");
    }
    read.set(name, cutText(cleaned(text).trim(), CAPTION_MAX_CHARACTERS));
  }
  return files
    .filter(({ name }) => !texts.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, bytes }) => ({ name, bytes, caption: read.get(captions.get(name) ?? "") ?? "" }));
}
