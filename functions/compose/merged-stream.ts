// Streams a merged adapter out of R2: header, then layer by layer the concatenated rows of all members. Memory holds
// one window of each member's file and one tensor, whatever the size of the whole.

import { TOKENS_TENSOR, UP_PREFIX } from "../../schema/contract/adapter-file.ts";
import type { Base } from "../../schema/contract/bases.ts";
import { radixOfBase } from "../catalog/bases.ts";
import type { Env } from "../env.ts";
import { rowsOfBasis } from "../lib/basis.ts";
import { halfOf, numberOf } from "../lib/half.ts";
import type { ByteRange } from "../lib/range.ts";
import { type Header, readHeader } from "../lib/safetensors.ts";
import { composedSlots, slotColumns } from "../lib/slot.ts";
import { blobKey } from "../storage/blobs.ts";
import { bytesOfTensor, type MergedTensor, type MergeMember } from "./merged-layout.ts";

/** Layers are contiguous in most files: one read brings several layers of a small base, or one of a large one. */
export const WINDOW_BYTES = 256 * 1024;
const HEAD_BYTES = 64 * 1024;

/** The bytes of `range` of the file, or all of them. */
export function mergedStream(
  env: Env,
  base: Base,
  members: readonly MergeMember[],
  {
    head,
    tensors,
    range,
  }: { head: Uint8Array<ArrayBuffer>; tensors: readonly MergedTensor[]; range: ByteRange },
): ReadableStream<Uint8Array> {
  const source = new MergeSource(env, base, members);
  const pieces = [
    { bytes: head.length, read: async () => head },
    ...tensors.map((tensor) => ({ bytes: bytesOfTensor(tensor), read: () => source.read(tensor) })),
  ];
  const end = range.offset + range.length;
  let next = 0;
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (let piece = pieces[next++]; piece; piece = pieces[next++]) {
        const begin = at;
        at += piece.bytes;
        if (at <= range.offset || piece.bytes === 0) continue;
        if (begin >= end) break;
        const bytes = await piece.read();
        controller.enqueue(
          bytes.subarray(Math.max(0, range.offset - begin), Math.min(bytes.length, end - begin)),
        );
        return;
      }
      controller.close();
    },
  });
  return stream.pipeThrough(new FixedLengthStream(range.length));
}

class MergeSource {
  readonly #base: Base;
  readonly #members: readonly MergeMember[];
  readonly #files: MemberFile[];
  /** The slot of each member in this composition, which may differ from the one it was trained in. */
  readonly #slots: readonly number[];
  /** The frozen side depends on a layer's width alone, so it is computed once per width. */
  readonly #downs = new Map<number, Uint8Array>();

  constructor(env: Env, base: Base, members: readonly MergeMember[]) {
    this.#base = base;
    this.#members = members;
    this.#slots = composedSlots(
      base,
      members.map(({ slot }) => slot),
    );
    this.#files = members.map((member) => new MemberFile(env, member));
  }

  read({ part }: MergedTensor): Promise<Uint8Array> | Uint8Array {
    switch (part.kind) {
      case "down":
        return this.#down(part.layer.in_features);
      case "up":
        return this.#up(part.layer.name, part.layer.out_features);
      case "alpha":
        return halves([this.#base.rank * this.#members.length]);
      case "tokens":
        return this.#tokens(part.member);
    }
  }

  /** Member by member: (sum of ranks) x in. */
  #down(width: number): Uint8Array {
    const made = this.#downs.get(width);
    if (made) return made;
    const rows = halves(this.#slots.flatMap((slot) => [...downOf(this.#base, slot, width)]));
    this.#downs.set(width, rows);
    return rows;
  }

  /** Row by row, the members' parts concatenated: out x (sum of ranks), strength multiplied in. */
  async #up(layer: string, rows: number): Promise<Uint8Array> {
    const { rank } = this.#base;
    const columns = rank * this.#members.length;
    const up = new Uint16Array(rows * columns);
    for (const [i, file] of this.#files.entries()) {
      const own = await file.tensor(UP_PREFIX + layer);
      const strength = this.#members[i]?.strength ?? 1;
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < rank; column++) {
          up[row * columns + i * rank + column] = scaled(own[row * rank + column] ?? 0, strength);
        }
      }
    }
    return new Uint8Array(up.buffer);
  }

  /** Tokens as the layers read them: where channels are reserved, each carries its mark there. */
  async #tokens(member: number): Promise<Uint8Array> {
    const { basis, tokens, rank } = this.#base;
    const own = (await this.#files[member]?.tensor(TOKENS_TENSOR)) ?? new Uint16Array(0);
    if (basis.reserved === undefined) return new Uint8Array(own.buffer, own.byteOffset, own.byteLength);
    const width = tokens.dim + basis.reserved;
    const down = downOf(this.#base, this.#slots[member] ?? 0, width);
    const marked = new Uint16Array(tokens.count * tokens.layers * width);
    for (let token = 0; token < tokens.count; token++) {
      const row = (token % rank) * width;
      const mark = halvesOf(down.subarray(row + tokens.dim, row + width), tokens.marker ?? 0);
      for (let layer = 0; layer < tokens.layers; layer++) {
        const place = token * tokens.layers + layer;
        marked.set(own.subarray(place * tokens.dim, (place + 1) * tokens.dim), place * width);
        marked.set(mark, place * width + tokens.dim);
      }
    }
    return new Uint8Array(marked.buffer);
  }
}

/** down (rank x width) of a slot, row-major: the basis spans the reserved channels, and down is 0 on all others. */
function downOf(base: Base, slot: number, width: number): Float64Array {
  const n = base.basis.reserved ?? width;
  const columns = slotColumns(slot, n, base.rank, radixOfBase(base));
  const own = rowsOfBasis(base.basis.name, n, base.basis.seed, columns);
  if (n === width) return own;
  const padded = new Float64Array(base.rank * width);
  for (let row = 0; row < base.rank; row++) {
    padded.set(own.subarray(row * n, (row + 1) * n), row * width + width - n);
  }
  return padded;
}

const scaled = (half: number, strength: number) =>
  strength === 1 ? half : halfOf(numberOf(half) * strength);

const halvesOf = (values: ArrayLike<number>, scale = 1) =>
  Uint16Array.from(values, (value) => halfOf(value * scale));

const halves = (values: ArrayLike<number>) => new Uint8Array(halvesOf(values).buffer);

/** One member's file, read in windows. */
class MemberFile {
  readonly #env: Env;
  readonly #member: MergeMember;
  #header: Header | undefined;
  #window = { begin: 0, bytes: new Uint8Array(0) };

  constructor(env: Env, member: MergeMember) {
    this.#env = env;
    this.#member = member;
  }

  /** The bits of a tensor's F16 values. The file was checked when it was uploaded. */
  async tensor(name: string): Promise<Uint16Array> {
    this.#header ??= await this.#readHeader();
    const entry = this.#header.tensors[name];
    if (!entry) throw new Error(`Blob ${this.#member.sha256} has no tensor ${name}`);
    const begin = this.#header.dataOffset + entry.begin;
    const bytes = await this.#bytes(begin, begin + entry.end - entry.begin);
    // A copy: a view of 16-bit numbers must begin at an even address.
    return new Uint16Array(bytes.slice().buffer);
  }

  async #readHeader(): Promise<Header> {
    const { sizeBytes, sha256 } = this.#member;
    let header = readHeader(await this.#get(0, Math.min(HEAD_BYTES, sizeBytes)), sizeBytes);
    if (header.kind === "needs_more") header = readHeader(await this.#get(0, header.bytes), sizeBytes);
    if (header.kind !== "header") throw new Error(`Blob ${sha256} has no header that can be read`);
    return header;
  }

  async #bytes(begin: number, end: number): Promise<Uint8Array> {
    const window = this.#window;
    if (begin < window.begin || end > window.begin + window.bytes.length) {
      const length = Math.min(Math.max(end - begin, WINDOW_BYTES), this.#member.sizeBytes - begin);
      this.#window = { begin, bytes: await this.#get(begin, length) };
    }
    return this.#window.bytes.subarray(begin - this.#window.begin, end - this.#window.begin);
  }

  async #get(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const object = await this.#env.BLOBS.get(blobKey(this.#member.sha256), { range: { offset, length } });
    if (!object) throw new Error(`Blob ${this.#member.sha256} has a row but no object`);
    return new Uint8Array(await object.arrayBuffer());
  }
}
