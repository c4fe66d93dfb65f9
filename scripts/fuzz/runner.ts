// A runner that does no work: it leases whatever is queued and settles it at once, every third job as failed. Therefore requests that wait for
// a job do not block the fuzzer, and jobs of every final status exist.

import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { deflateSync } from "node:zlib";
import { EMBEDDED_BASE } from "../../schema/bases/index.ts";
import { ApiError, type Orthoplex, type Schema } from "../../schema/client/index.ts";
import { pngChunk } from "../local/png-chunk.ts";

const BASES = [EMBEDDED_BASE.id];
const BATCH = 32;
const WAIT_SECONDS = 2;
const FAILED_ONE_IN = 3;
const PAUSE_MS = 200;
/** Of one lease call. What waits beside these is failed at once: the fuzzer orders faster than pictures are uploaded, and one of its requests waits behind them. */
const DRAWN_MAX = 4;
const PICTURES_MAX = 4;

const FAILED = {
  outcome: "failed",
  error: { code: "prompt_invalid", message: "This runner generates nothing.", retryable: false },
} as const;

export type IdleRunner = { id: string; ended: number; end(): Promise<void> };

export async function startIdleRunner(api: Orthoplex): Promise<IdleRunner> {
  const about = {
    name: "idle",
    version: "1",
    device: "cpu",
    dtype: "float32",
    memory_bytes: 1,
    bases: BASES,
  };
  const register = async () => (await api.post("/runner/v1/register", { body: about })).runner_id;
  const first = await register();
  let id = first;
  let ending = false;
  const runner = { id: first, ended: 0, end: async () => {} };
  const work = (async () => {
    while (!ending) {
      try {
        const request = {
          runner_id: id,
          bases: BASES,
          max_batch: BATCH,
          wait_seconds: WAIT_SECONDS,
          warm: [],
        };
        const { leases, drain } = await api.post("/runner/v1/lease", { body: request });
        const begun = runner.ended;
        runner.ended += leases.length;
        // The fuzzer holds the same key and may have settled a lease already.
        await Promise.all(
          leases.map((lease, i) =>
            endJob(api, lease, i >= DRAWN_MAX || (begun + i) % FAILED_ONE_IN === 0).catch(expected),
          ),
        );
        if (drain) id = await register();
      } catch (error) {
        expected(error);
        await pause(PAUSE_MS);
        // The fuzzer may have deregistered this runner, or asked it to drain: without another one its jobs would wait for ever.
        id = await register().catch(() => id);
      }
    }
  })();
  runner.end = async () => {
    ending = true;
    await work;
  };
  return runner;
}

/** Refusals, and connections that are lost as those of any runner may be. */
function expected(error: unknown): void {
  if (!(error instanceof ApiError || error instanceof TypeError)) throw error;
}

async function endJob(api: Orthoplex, lease: Schema<"Lease">, mustFail: boolean): Promise<void> {
  const { lease_id } = lease;
  const params = { path: { lease: lease_id } };
  const settle = (body: Schema<"Settle">) => api.post("/runner/v1/leases/{lease}/settle", { params, body });
  if (mustFail || lease.kind !== "sample" || lease.spec.count > PICTURES_MAX) {
    await settle(FAILED);
    return;
  }
  const { count, seed } = lease.spec;
  const { width, height } = lease.spec.enlarge_to ?? lease.spec;
  const outputs: Schema<"Output">[] = [];
  for (let index = 0; index < count; index += 1) {
    const bytes = greyPng(width, height, index);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const facts = { name: `image-${index}.png`, content_type: "image/png", size_bytes: bytes.length, sha256 };
    const { upload_url: url } = await api.post("/runner/v1/leases/{lease}/uploads", {
      params,
      body: facts,
    });
    await fetch(url, { method: "PUT", body: bytes, headers: { "content-type": "image/png" } });
    outputs.push({ ...facts, role: "image", meta: { width, height, seed: seed + index } });
  }
  // What is refused must end all the same: a request may wait for it.
  await settle({ outcome: "succeeded", outputs }).catch(() => settle(FAILED));
}

export function greyPng(width: number, height: number, shade: number): Uint8Array<ArrayBuffer> {
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width, shade)]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const body = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  const parts = [pngChunk("IHDR", header), pngChunk("IDAT", body), pngChunk("IEND", Buffer.alloc(0))];
  return new Uint8Array(Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...parts]));
}
