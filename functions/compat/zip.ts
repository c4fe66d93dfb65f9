// Extracts files from an untrusted zip (PKWARE APPNOTE 6.3.10). The sizes that the zip states are not trusted: bytes are counted as they are
// unpacked, and a limit ends the work. No two entries may share bytes, so input is bounded by the zip's length and output by `bytesMax`,
// however the zip is built. Independent of what the files are.

import { crc32 } from "../lib/crc32.ts";
import { inflated } from "../lib/inflate.ts";
import { nameInZip } from "./zip-names.ts";

export type ZipLimits = {
  /** Of everything that the directory lists, wanted or not. */
  entriesMax: number;
  /** Of the files that are wanted. */
  filesMax: number;
  /** Of what comes out, all files together. */
  bytesMax: number;
};
export type ZipFile = { name: string; bytes: Uint8Array<ArrayBuffer> };

/** Why a zip is not read, for people. */
export class ZipFault {
  readonly detail: string;
  constructor(detail: string) {
    this.detail = detail;
  }
}

type Entry = {
  name: string;
  method: number;
  isEncrypted: boolean;
  crc: number;
  packed: number;
  size: number;
  at: number;
};

const END = 0x06054b50;
const DIRECTORY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const COMMENT_MAX_BYTES = 0xffff;
const STORED = 0;
const DEFLATED = 8;
/** What a zip begins with: its first file, its directory's end where it has none, or the mark of one that was split (APPNOTE 4.3.7, 4.3.16, 8.5.4). */
const ZIP_MARKS = ["3,4", "5,6", "7,8"];
export const isZip = (bytes: Uint8Array) =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && ZIP_MARKS.includes(bytes.slice(2, 4).join());

const DAMAGED = "it is damaged";
const SHARED = "two of its files share bytes";

/** The names of its files, unread. */
export function namesInZip(zip: Uint8Array<ArrayBuffer>, entriesMax: number): string[] | ZipFault {
  const entries = directoryOf(zip, viewOf(zip), entriesMax);
  if (entries instanceof ZipFault) return entries;
  return entries.map(({ name }) => name).filter((name) => !name.endsWith("/"));
}

const viewOf = (zip: Uint8Array<ArrayBuffer>) => new DataView(zip.buffer, zip.byteOffset, zip.byteLength);

/** The wanted files in the order of the directory. */
export function readZip(
  zip: Uint8Array<ArrayBuffer>,
  isWanted: (name: string) => boolean,
  limits: ZipLimits,
): ZipFile[] | ZipFault {
  const view = viewOf(zip);
  const entries = directoryOf(zip, view, limits.entriesMax);
  if (entries instanceof ZipFault) return entries;
  const wanted = entries.filter(({ name }) => !name.endsWith("/") && isWanted(name));
  if (wanted.length > limits.filesMax) {
    return new ZipFault(`it has ${wanted.length} files to read, and at most ${limits.filesMax} are read`);
  }
  const files: ZipFile[] = [];
  const names = new Set<string>();
  let left = limits.bytesMax;
  for (const entry of wanted) {
    if (names.has(entry.name)) return new ZipFault(`it has two files of the name ${entry.name}`);
    names.add(entry.name);
    const bytes = contentOf(zip, view, entry, left);
    if (bytes instanceof ZipFault) return bytes;
    if (bytes === "too_large") {
      return new ZipFault(`unpacked, it has more than ${limits.bytesMax} bytes`);
    }
    if (crc32(bytes) !== entry.crc) return new ZipFault(`${entry.name} is damaged`);
    left -= bytes.length;
    files.push({ name: entry.name, bytes });
  }
  return files;
}

/** What the directory at the zip's end lists. No entry reaches into another or into the directory. */
function directoryOf(zip: Uint8Array, view: DataView, entriesMax: number): Entry[] | ZipFault {
  const end = endOf(view);
  if (end === null) return new ZipFault(DAMAGED);
  const count = view.getUint16(end + 10, true);
  const first = view.getUint32(end + 16, true);
  // 0xffff and 0xffffffff send a reader to the records of zip64, which no zip needs that is small enough to come here.
  if (count === 0xffff || first === 0xffffffff) return new ZipFault("it is written as zip64");
  if (count > entriesMax)
    return new ZipFault(`it lists ${count} files, and at most ${entriesMax} are looked at`);
  const entries: Entry[] = [];
  let at = first;
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== DIRECTORY) return new ZipFault(DAMAGED);
    const nameBytes = view.getUint16(at + 28, true);
    const next = at + 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) return new ZipFault(DAMAGED);
    entries.push({
      name: nameInZip(zip.subarray(at + 46, at + 46 + nameBytes), view.getUint16(at + 8, true)),
      isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true),
    });
    at = next;
  }
  let free = 0;
  for (const entry of [...entries].sort((a, b) => a.at - b.at)) {
    if (entry.at < free) return new ZipFault(SHARED);
    const data = dataOf(view, entry);
    if (data === null || data + entry.packed > first) return new ZipFault(DAMAGED);
    free = data + entry.packed;
  }
  return entries;
}

/** The offset of the end-of-central-directory record; a comment of any bytes may follow it. */
function endOf(view: DataView): number | null {
  const lowest = Math.max(0, view.byteLength - END_BYTES - COMMENT_MAX_BYTES);
  for (let at = view.byteLength - END_BYTES; at >= lowest; at--) {
    if (view.getUint32(at, true) === END && at + END_BYTES + view.getUint16(at + 20, true) <= view.byteLength)
      return at;
  }
  return null;
}

function dataOf(view: DataView, { at }: Entry): number | null {
  if (at + 30 > view.byteLength || view.getUint32(at, true) !== LOCAL) return null;
  return at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
}

function contentOf(
  zip: Uint8Array<ArrayBuffer>,
  view: DataView,
  entry: Entry,
  most: number,
): Uint8Array<ArrayBuffer> | "too_large" | ZipFault {
  const { name, method, packed, size } = entry;
  if (entry.isEncrypted) return new ZipFault(`${name} is encrypted`);
  const at = dataOf(view, entry) ?? 0;
  const content = zip.subarray(at, at + packed);
  if (method === STORED) {
    if (packed > most) return "too_large";
    return packed === size ? content.slice() : new ZipFault(`${name} is not as long as it says`);
  }
  if (method !== DEFLATED)
    return new ZipFault(`${name} is packed in a way that is not read here (method ${method})`);
  const bytes = inflated(content, Math.min(most, size) + 1, "deflate");
  if (bytes === null) return new ZipFault(`${name} is damaged`);
  if (bytes.length > most) return "too_large";
  return bytes.length === size ? bytes : new ZipFault(`${name} is not as long as it says`);
}
