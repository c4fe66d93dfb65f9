// The header reader accepts what Python writes and names the same reason for every damaged file of schema/examples/adapter.json.

import { describe, expect, it } from "vitest";
import { type Header, LENGTH_BYTES, readHeader } from "../../../functions/lib/safetensors.ts";
import golden from "../../../schema/examples/adapter.json" with { type: "json" };

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
const accepted = bytesOf(golden.accepted.base64);
const inContainer = golden.refused.filter(({ stage }) => stage === "container");
const inAdapter = golden.refused.filter(({ stage }) => stage === "adapter");

function fileOf(header: unknown, data = new Uint8Array()): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(LENGTH_BYTES + text.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, LENGTH_BYTES);
  file.set(data, LENGTH_BYTES + text.length);
  return file;
}

describe("the safetensors header", () => {
  it("is read from the golden file as Python wrote it", () => {
    const header = readHeader(accepted, accepted.length) as Header;
    expect(header.kind).toBe("header");
    expect(header.metadata).toEqual(golden.accepted.metadata);
    expect(header.dataOffset).toBe(LENGTH_BYTES + golden.accepted.header_bytes);
    const tensors = Object.entries(header.tensors).map(([name, { dtype, shape, begin, end }]) => [
      name,
      { dtype, shape, data_offsets: [begin, end] },
    ]);
    expect(Object.fromEntries(tensors)).toEqual(golden.accepted.tensors);
  });

  it("is read from the first bytes alone, asking for exactly as many as it needs", () => {
    const first = readHeader(accepted.subarray(0, 4), accepted.length);
    expect(first).toEqual({ kind: "needs_more", bytes: 9 });
    const second = readHeader(accepted.subarray(0, 9), accepted.length);
    expect(second).toEqual({ kind: "needs_more", bytes: LENGTH_BYTES + golden.accepted.header_bytes });
    const third = readHeader(
      accepted.subarray(0, LENGTH_BYTES + golden.accepted.header_bytes),
      accepted.length,
    );
    expect(third).toEqual(readHeader(accepted, accepted.length));
  });

  it("is read from a view into a larger buffer", () => {
    const padded = new Uint8Array(accepted.length + 5);
    padded.set(accepted, 5);
    expect(readHeader(padded.subarray(5), accepted.length)).toEqual(readHeader(accepted, accepted.length));
  });

  it.each(inContainer)("refuses $name as $reason", ({ reason, base64 }) => {
    const bytes = bytesOf(base64);
    expect(readHeader(bytes, bytes.length)).toMatchObject({ kind: "refused", reason });
  });

  it.each(inAdapter)("leaves $name to the adapter's own rules", ({ base64 }) => {
    const bytes = bytesOf(base64);
    expect(readHeader(bytes, bytes.length).kind).toBe("header");
  });

  it("reads a header whose first bytes look like a pickle", () => {
    const file = fileOf(`{}${" ".repeat(0x0480 - 2)}`);
    expect([file[0], file[1]]).toEqual([0x80, 0x04]);
    expect(readHeader(file, file.length).kind).toBe("header");
  });

  it("treats a tensor named __proto__ as a name like any other", () => {
    const file = fileOf('{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', new Uint8Array(1));
    const header = readHeader(file, file.length) as Header;
    expect(Object.keys(header.tensors)).toEqual(["__proto__"]);
  });

  it("accepts empty tensors and scalars", () => {
    const none = { dtype: "F32", shape: [0, 7], data_offsets: [0, 0] };
    const one = { dtype: "F64", shape: [], data_offsets: [0, 8] };
    const file = fileOf({ one, none, more: { ...none, data_offsets: [8, 8] } }, new Uint8Array(8));
    expect(readHeader(file, file.length).kind).toBe("header");
  });

  it("answers with a value for any single changed byte of the header", () => {
    const end = LENGTH_BYTES + golden.accepted.header_bytes;
    for (let at = 0; at < end; at++) {
      for (const flip of [0x01, 0x20, 0x80]) {
        const damaged = accepted.slice();
        damaged[at] = (damaged[at] as number) ^ flip;
        expect(["header", "refused"]).toContain(readHeader(damaged, damaged.length).kind);
      }
    }
  });

  it("answers with a value for any cut of the file", () => {
    for (let size = 0; size < accepted.length; size++) {
      expect(readHeader(accepted.subarray(0, size), size).kind).toBe("refused");
    }
  });
});
