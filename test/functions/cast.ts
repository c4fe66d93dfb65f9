// The cast of the edge tests: people with keys, files and pictures as they really are, runners. All but accounts goes through HTTP.

import { env, exports } from "cloudflare:workers";
import type { z } from "zod";
import { knownBase } from "../../functions/catalog/bases.ts";
import { layersSha256 } from "../../functions/lib/adapter-header.ts";
import { crc32 } from "../../functions/lib/crc32.ts";
import { sha256Hex } from "../../functions/lib/sha256.ts";
import { ENTRIES_FORMAT, TOKENS_FORMAT } from "../../schema/contract/adapter-file.ts";
import type { Base } from "../../schema/contract/bases.ts";
import type {
  Adapter,
  Lease,
  Problem,
  Scope,
  SlotReservation,
  Upload,
  Version,
} from "../../schema/contract/index.ts";
import { account } from "./accounts.ts";

export const ORIGIN = "http://edge.test";
export const BASE = knownBase("cast-3");

export type Page<T> = { items: T[]; next_cursor: string | null };
export type Reply<T> = { status: number; headers: Headers; body: T };
type Sent = { body?: unknown; headers?: Record<string, string> };

/** One request without any right. JSON goes in and comes out. */
export async function ask<T = Problem>(method: string, path: string, sent: Sent = {}): Promise<Reply<T>> {
  const headers = new Headers(sent.headers);
  const init: RequestInit = { method, headers, redirect: "manual" };
  if (sent.body !== undefined) {
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
    init.body = typeof sent.body === "string" ? sent.body : JSON.stringify(sent.body);
  }
  const response = await exports.default.fetch(new Request(new URL(path, ORIGIN), init));
  const text = new TextDecoder().decode(await response.arrayBuffer());
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson && text ? JSON.parse(text) : text) as T,
  };
}

export class Person {
  readonly handle: string;
  readonly cookie: string;
  readonly key: string;

  constructor(handle: string, cookie: string, key: string) {
    this.handle = handle;
    this.cookie = cookie;
    this.key = key;
  }

  /** A request with this person's key. */
  ask<T = Problem>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const sent = { headers: { authorization: `Bearer ${this.key}`, ...headers } };
    return ask<T>(method, path, body === undefined ? sent : { ...sent, body });
  }

  /** A request of this person's browser: what no key may do. */
  signedIn<T = Problem>(method: string, path: string, body?: unknown) {
    const sent = { headers: { cookie: this.cookie, origin: ORIGIN } };
    return ask<T>(method, path, body === undefined ? sent : { ...sent, body });
  }

  async makeKey<T = { id: string; key: string }>(input: object): Promise<T> {
    const reply = await this.signedIn<T>("POST", "/v1/keys", input);
    if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
    return reply.body;
  }

  async must<T>(method: string, path: string, body?: unknown): Promise<T> {
    const reply = await this.ask<T>(method, path, body);
    if (reply.status >= 300)
      throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  }

  announce(kind: string, bytes: Uint8Array<ArrayBuffer>, contentType: string, sha256: string) {
    const size_bytes = bytes.length;
    return this.ask<Upload>("POST", "/v1/uploads", { kind, content_type: contentType, size_bytes, sha256 });
  }

  /** Announces and sends; the id of the upload. */
  async upload(kind: string, bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<string> {
    const announced = await this.announce(kind, bytes, contentType, await sha256Hex(bytes));
    if (announced.status !== 201) throw new Error(JSON.stringify(announced.body));
    if (announced.body.state === "announced") {
      const sent = await put(announced.body.upload_url, bytes);
      if (sent.status !== 200) throw new Error(JSON.stringify(sent.body));
    }
    return announced.body.id;
  }
}

export async function put(url: string | null, bytes: Uint8Array<ArrayBuffer>): Promise<Reply<Problem>> {
  const response = await exports.default.fetch(new Request(url ?? "", { method: "PUT", body: bytes }));
  return { status: response.status, headers: response.headers, body: await response.json() };
}

export async function signUp(name: string, email = `${name.toLowerCase()}@example.com`): Promise<string> {
  const reply = await ask("POST", "/auth/sign-up/email", {
    body: { name, email, password: "correct horse" },
  });
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  return reply.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");
}

const ALL_SCOPES: Scope[] = ["read", "publish", "generate", "runner"];

export async function verify(handle: string, isVerified: boolean): Promise<void> {
  await db()
    .prepare("UPDATE users SET email_verified = ?2 WHERE handle = ?1")
    .bind(handle, Number(isVerified))
    .run();
}

export async function person(name: string, scopes: Scope[] = ALL_SCOPES): Promise<Person> {
  const cookie = await account(name, signUp);
  const made = await ask<{ key: string }>("POST", "/v1/keys", {
    headers: { cookie },
    body: { name: "k", scopes },
  });
  return new Person(name.toLowerCase(), cookie, made.body.key);
}

export const LICENCE = {
  spdx: "CC-BY-4.0",
  credit: true,
  commercial_use: true,
  derivatives: true,
  different_licence: true,
};

export function adapterInput(name: string, more: Record<string, unknown> = {}) {
  const words = { title: name, concept: name, class_word: "person", tags: ["portrait"] };
  return { name, base: BASE.id, licence: LICENCE, ...words, ...more };
}

export type FileChange = {
  metadata?: Record<string, string | undefined>;
  header?: (header: Record<string, { dtype: string; shape: number[]; data_offsets: number[] }>) => void;
  data?: (data: Uint8Array) => Uint8Array;
};

/** The tensors of an adapter file, in the order of the file. */
function tensorsOf({ layers, entries, rank, tokens }: Base): Map<string, number[]> {
  const { count, layers: depth, dim } = tokens;
  const shapes = new Map<string, number[]>();
  for (const { name, out_features } of layers) shapes.set(`up.${name}`, [out_features, rank]);
  for (const { name, out_features } of entries ?? []) shapes.set(`entry.${name}`, [count, out_features]);
  return entries ? shapes : shapes.set("tokens", [count, depth, dim]);
}

/** An adapter file of a base whose values are 2^-10, but for two that are the slot's own, with one thing changed. */
export async function adapterFile(slot: number, trigger: string, change: FileChange = {}, base: Base = BASE) {
  const header: Record<string, { dtype: string; shape: number[]; data_offsets: number[] }> = {};
  let end = 0;
  for (const [name, shape] of tensorsOf(base)) {
    const begin = end;
    end += 2 * shape.reduce((a, b) => a * b);
    header[name] = { dtype: "F16", shape, data_offsets: [begin, end] };
  }
  change.header?.(header);
  const values = new Uint16Array(end / 2).fill(0x1400);
  values.set([0x1400 + (slot % 1_000), 0x1400 + Math.floor(slot / 1_000)]);
  let data: Uint8Array = new Uint8Array(values.buffer);
  data = change.data?.(data) ?? data;
  const metadata = {
    format: base.entries ? ENTRIES_FORMAT : TOKENS_FORMAT,
    base: base.id,
    layers_sha256: await layersSha256(base),
    basis: base.basis.name,
    basis_seed: String(base.basis.seed),
    rank: String(base.rank),
    slot: String(slot),
    concept: "someone",
    class_word: "person",
    trigger,
    strength: "0.7",
    training: "{}",
    tensors_sha256: await sha256Hex(data as Uint8Array<ArrayBuffer>),
    ...change.metadata,
  };
  const text = new TextEncoder().encode(JSON.stringify({ __metadata__: metadata, ...header }));
  const file = new Uint8Array(8 + text.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(data, 8 + text.length);
  return file;
}

/** A published adapter with one version and a preview, made the way a publisher makes it. */
export async function published(
  owner: Person,
  name: string,
  more: Record<string, unknown> = {},
  base: Base = BASE,
) {
  const input = adapterInput(name, { base: base.id, ...more });
  const adapter = await owner.must<Adapter>("POST", "/v1/adapters", input);
  const { slot } = await owner.must<z.infer<typeof SlotReservation>>(
    "POST",
    `/v1/adapters/${adapter.ref}/slot`,
    {},
  );
  const upload_id = await owner.upload(
    "adapter",
    await adapterFile(slot, `<${name}>`, {}, base),
    "application/octet-stream",
  );
  const previews = [await owner.upload("preview", await png(16, 16), "image/png")];
  const path = `/v1/adapters/${adapter.ref}/versions`;
  const version = await owner.must<Version>("POST", path, { upload_id, previews });
  const shown = await owner.must<Version>("POST", `/v1/versions/${version.id}/publish`, {});
  // The order for its certificate is the subject of dispatch/evidence.test.ts; elsewhere it would be leased before what was ordered.
  await env.DB.batch([
    env.DB.prepare("UPDATE versions SET preview_job_id = NULL WHERE id = ?").bind(version.id),
    env.DB.prepare("DELETE FROM jobs WHERE id = ?").bind(shown.preview_job_id),
  ]);
  return { ...shown, preview_job_id: null };
}

/** A real grey PNG: signature, IHDR, deflated IDAT, IEND. `shade` makes different ones. */
export async function png(width: number, height: number, shade = 128): Promise<Uint8Array<ArrayBuffer>> {
  const rows = new Uint8Array(height * (width + 1)).map((_, i) => (i % (width + 1) === 0 ? 0 : shade));
  const deflated = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  const ihdr = new Uint8Array(13);
  new DataView(ihdr.buffer).setUint32(0, width);
  new DataView(ihdr.buffer).setUint32(4, height);
  ihdr.set([8, 0, 0, 0, 0], 8);
  const idat = new Uint8Array(await new Response(deflated).arrayBuffer());
  const parts = [
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk("IHDR", ihdr),
    pngChunk("IDAT", idat),
    pngChunk("IEND", new Uint8Array(0)),
  ];
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

export function pngChunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** A registered runner; each method is one call of the wire. */
export class Machine {
  readonly owner: Person;
  readonly id: string;

  private constructor(owner: Person, id: string) {
    this.owner = owner;
    this.id = id;
  }

  static async register(owner: Person, bases: string[] = [BASE.id]): Promise<Machine> {
    const about = {
      name: "m",
      version: "1",
      device: "cpu",
      dtype: "float32",
      memory_bytes: 1,
      bases,
    };
    const { runner_id } = await owner.must<{ runner_id: string }>("POST", "/runner/v1/register", about);
    return new Machine(owner, runner_id);
  }

  async lease(maxBatch = 1, waitSeconds = 0, warm: string[] = []): Promise<Lease[]> {
    const input = {
      runner_id: this.id,
      bases: [BASE.id],
      max_batch: maxBatch,
      wait_seconds: waitSeconds,
      warm,
    };
    return (await this.owner.must<{ leases: Lease[] }>("POST", "/runner/v1/lease", input)).leases;
  }

  on<T = Problem>(leaseId: string, act: string, body: unknown) {
    return this.owner.ask<T>("POST", `/runner/v1/leases/${leaseId}/${act}`, body);
  }

  /** Uploads bytes under a lease; the output as settle wants it. */
  async deliver(
    leaseId: string,
    { name, role, meta = {} }: { name: string; role: string; meta?: object | undefined },
    bytes: Uint8Array<ArrayBuffer>,
  ) {
    const content_type = name.endsWith(".png") ? "image/png" : "application/octet-stream";
    const facts = { name, content_type, size_bytes: bytes.length, sha256: await sha256Hex(bytes) };
    const { upload_url } = (await this.on<{ upload_url: string }>(leaseId, "uploads", facts)).body;
    const sent = await put(upload_url, bytes);
    if (sent.status !== 200) throw new Error(JSON.stringify(sent.body));
    return { ...facts, role, meta };
  }
}

export const db = () => env.DB;

/** Ada, who orders, and a runner that serves everybody. */
export async function customerAndRunner(): Promise<[Person, Machine]> {
  return [await person("Ada"), await Machine.register(await person("Operator"))];
}

/** Deletes every row of these tables. */
export const empty = (...tables: string[]) =>
  env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));

/** A binding with some of its methods done otherwise: how it looks when a part of the platform is not well. */
export function withMethods<T extends object>(thing: T, methods: { [K in keyof T]?: unknown }): T {
  return new Proxy(thing, {
    get: (target, name) => {
      if (name in methods) return methods[name as keyof T];
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
