// The header of a safetensors file, read from its first bytes: names, types and places of tensors, or why the file is refused.
// Pure; never sees the tensors. Twin of gpu-runner/orthoplex/ortho/container.py, bound to it by schema/examples/{adapter,hostile-headers}.json.
// Not covered: whether values are finite, hashes, and what an adapter must hold (functions/catalog).

import type { FileReason } from "../../schema/contract/codes.ts";
import { ADAPTER_HEADER_MAX_BYTES } from "../../schema/contract/limits.ts";
import { parseStrictJson } from "./strict-json.ts";
import { utf8Text } from "./utf8.ts";

export type TensorEntry = { dtype: string; shape: number[]; begin: number; end: number };

/** `dataOffset`: where tensor bytes begin in the file; `begin` and `end` of an entry count from there. */
export type Header = {
  kind: "header";
  metadata: Record<string, string>;
  tensors: Record<string, TensorEntry>;
  dataOffset: number;
};
export type HeaderRefused = { kind: "refused"; reason: FileReason; detail: string };
/** The bytes given end before the header does; read the first `bytes` and ask again. */
type HeaderNeedsMore = { kind: "needs_more"; bytes: number };

export const LENGTH_BYTES = 8;

const DTYPE_BYTES = new Map<string, number>(
  Object.entries({
    ...{ BOOL: 1, U8: 1, I8: 1, F8_E4M3: 1, F8_E5M2: 1, U16: 2, I16: 2, F16: 2, BF16: 2 },
    ...{ U32: 4, I32: 4, F32: 4, U64: 8, I64: 8, F64: 8 },
  }),
);

/** Read the header of a file of `sizeBytes` bytes from `head`, its first bytes (more than the header is allowed). */
export function readHeader(head: Uint8Array, sizeBytes: number): Header | HeaderRefused | HeaderNeedsMore {
  if (sizeBytes === 0) return refused("empty", "The file has no bytes.");
  const enough = Math.min(sizeBytes, LENGTH_BYTES + 1);
  if (head.length < enough) return { kind: "needs_more", bytes: enough };
  // A header opens with a brace. Only a file that does not is checked for other formats: a header of 640 bytes also begins
  // with the two bytes of a pickle.
  if (head[LENGTH_BYTES] !== 0x7b) return otherFormat(head, sizeBytes);
  const length = Number(new DataView(head.buffer, head.byteOffset, LENGTH_BYTES).getBigUint64(0, true));
  if (length > ADAPTER_HEADER_MAX_BYTES) {
    return refused(
      "header_too_large",
      `The header says ${length} bytes; at most ${ADAPTER_HEADER_MAX_BYTES} are read.`,
    );
  }
  const dataOffset = LENGTH_BYTES + length;
  if (dataOffset > sizeBytes) {
    return refused("truncated", `The header needs ${dataOffset} bytes, the file has ${sizeBytes}.`);
  }
  if (head.length < dataOffset) return { kind: "needs_more", bytes: dataOffset };
  return checkedHeader(head.subarray(LENGTH_BYTES, dataOffset), dataOffset, sizeBytes);
}

function otherFormat(head: Uint8Array, sizeBytes: number): HeaderRefused {
  const starts = (...bytes: number[]) => bytes.every((byte, i) => head[i] === byte);
  if (starts(0x50, 0x4b, 3, 4)) return refused("zip", "This is a zip archive. Only safetensors is accepted.");
  if ([2, 3, 4, 5].some((protocol) => starts(0x80, protocol))) {
    return refused("pickle", "This is a Python pickle, which can run code. Only safetensors is accepted.");
  }
  if (starts(0x47, 0x47, 0x55, 0x46))
    return refused("gguf", "This is a GGUF file. Only safetensors is accepted.");
  if (sizeBytes <= LENGTH_BYTES)
    return refused("truncated", `The file has ${sizeBytes} bytes, too few for a header.`);
  return refused("not_safetensors", "There is no safetensors header at the start.");
}

function checkedHeader(text: Uint8Array, dataOffset: number, sizeBytes: number): Header | HeaderRefused {
  const json = parseJson(text);
  if (json === null)
    return refused("header_not_json", "The header is not a JSON object that every reader takes alike.");
  const metadata = "__metadata__" in json ? json.__metadata__ : {};
  if (!isStringMap(metadata)) return refused("metadata_invalid", "__metadata__ must map strings to strings.");
  const tensors: [string, TensorEntry][] = [];
  for (const [name, raw] of Object.entries(json)) {
    if (name === "__metadata__") continue;
    const entry = entryOf(name, raw);
    if ("kind" in entry) return entry;
    tensors.push([name, entry]);
  }
  const fault = placeFault(tensors, sizeBytes - dataOffset);
  // fromEntries defines own properties, so a tensor named __proto__ is only a name.
  return fault ?? { kind: "header", metadata, tensors: Object.fromEntries(tensors), dataOffset };
}

function parseJson(text: Uint8Array): Record<string, unknown> | null {
  const decoded = utf8Text(text, { keepMark: true });
  if (decoded === null) return null;
  const value = parseStrictJson(decoded, { wholeNumbers: true });
  return isObject(value) ? value : null;
}

function entryOf(name: string, raw: unknown): TensorEntry | HeaderRefused {
  if (!isObject(raw) || Object.keys(raw).sort().join() !== "data_offsets,dtype,shape") {
    return refused("not_safetensors", `Tensor "${name}" must have dtype, shape and data_offsets.`);
  }
  const { dtype, shape, data_offsets: offsets } = raw;
  const elementBytes = typeof dtype === "string" ? DTYPE_BYTES.get(dtype) : undefined;
  if (typeof dtype !== "string" || elementBytes === undefined) {
    return refused("dtype_invalid", `Tensor "${name}" has an unknown type.`);
  }
  if (!isCounts(shape)) return refused("shape_invalid", `Tensor "${name}" has no valid shape.`);
  const [begin, end] = isCounts(offsets) && offsets.length === 2 ? offsets : [];
  if (begin === undefined || end === undefined) {
    return refused("offsets_invalid", `Tensor "${name}" has no valid offsets.`);
  }
  // An inexact product exceeds 2^53, which no difference of two offsets reaches.
  const bytes = shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, elementBytes);
  if (end - begin !== bytes) {
    return refused(
      "offsets_invalid",
      `Tensor "${name}" takes ${end - begin} bytes, which its shape does not.`,
    );
  }
  return { dtype, shape, begin, end };
}

/** Tensors lie one after the other from byte 0 to the end: no hole, no overlap, nothing behind them. */
function placeFault(tensors: readonly [string, TensorEntry][], dataBytes: number): HeaderRefused | null {
  let reached = 0;
  for (const [name, entry] of tensors.toSorted(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== reached) {
      return refused("offsets_invalid", `Tensor "${name}" begins at ${entry.begin}, not at ${reached}.`);
    }
    reached = entry.end;
  }
  if (reached > dataBytes) {
    return refused("truncated", `The tensors need ${reached} bytes, the file has ${dataBytes}.`);
  }
  if (reached < dataBytes)
    return refused("trailing_bytes", `${dataBytes - reached} bytes follow the last tensor.`);
  return null;
}

function refused(reason: FileReason, detail: string): HeaderRefused {
  return { kind: "refused", reason, detail };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStringMap(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((entry) => typeof entry === "string");
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}
