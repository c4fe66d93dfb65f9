// Who may call the routes of generations, trainings and runners.

import { sha256Hex } from "../../../functions/lib/sha256.ts";
import type { Generation, Training } from "../../../schema/contract/index.ts";
import { adapterInput, BASE, Machine, png } from "../cast.ts";
import { SD } from "../sd-base.ts";
import type { Call, Entry, World } from "./entry.ts";

let count = 0;
const fresh = (prefix: string) => `${prefix}-${++count}`;

const order = { base: BASE.id, prompt: "a person" };
const ordered = ({ owner }: World) => owner.must<Generation>("POST", "/v1/generations", order);

async function trainingInput({ owner }: World) {
  const images = [];
  for (let i = 0; i < BASE.training.images.min; i++) {
    images.push({ upload_id: await owner.upload("training_image", await png(64, 64, 10 * i), "image/png") });
  }
  return { adapter: adapterInput(fresh("trained")), images };
}

const training = async (world: World) =>
  world.owner.must<Training>("POST", "/v1/trainings", await trainingInput(world));

/** A stream of events ends only with its job. */
async function canceled(world: World, path: string): Promise<Call> {
  await world.owner.must("POST", `${path}/cancel`);
  return { path: `${path}/events` };
}

async function socket(world: World, path: string): Promise<Call> {
  const { path: events } = await canceled(world, path);
  return { path: events.replace(/events$/, "socket"), headers: { upgrade: "websocket" } };
}

/** Of the owner: a runner that holds the lease of a job. */
async function leaseAt(world: World, act: string, body: unknown): Promise<Call> {
  const job = await ordered(world);
  const machine = await Machine.register(world.owner);
  for (;;) {
    const leases = await machine.lease(32);
    if (leases.length === 0) throw new Error(`No lease on ${job.id}`);
    const mine = leases.find(({ job_id }) => job_id === job.id);
    if (mine) return { path: `/runner/v1/leases/${mine.lease_id}/${act}`, body };
  }
}

const runnerAt = async ({ owner }: World, act: string, more: object = {}): Promise<Call> => ({
  path: `/runner/v1/${act}`,
  body: { runner_id: (await Machine.register(owner)).id, ...more },
});

export const generations: Entry[] = [
  {
    route: "POST /v1/generations",
    right: "caller",
    scope: "generate",
    call: () => ({ path: "/v1/generations", body: order }),
  },
  {
    route: "GET /v1/generations",
    right: "caller",
    scope: "read",
    call: () => ({ path: "/v1/generations?limit=2" }),
  },
  {
    route: "GET /v1/generations/{job}",
    right: "owner",
    scope: "read",
    call: async (world) => ({ path: `/v1/generations/${(await ordered(world)).id}` }),
  },
  {
    route: "POST /v1/generations/{job}/cancel",
    right: "owner",
    scope: "generate",
    call: async (world) => ({ path: `/v1/generations/${(await ordered(world)).id}/cancel` }),
  },
  {
    route: "GET /v1/generations/{job}/events",
    right: "owner",
    scope: "read",
    call: async (world) => canceled(world, `/v1/generations/${(await ordered(world)).id}`),
  },
  {
    route: "GET /v1/generations/{job}/socket",
    right: "owner",
    scope: "read",
    call: async (world) => socket(world, `/v1/generations/${(await ordered(world)).id}`),
  },
];

export const trainings: Entry[] = [
  {
    route: "POST /v1/trainings",
    right: "caller",
    scope: "publish",
    call: async (world) => ({ path: "/v1/trainings", body: await trainingInput(world) }),
  },
  {
    route: "GET /v1/trainings",
    right: "caller",
    scope: "read",
    call: () => ({ path: "/v1/trainings?limit=2" }),
  },
  {
    route: "GET /v1/trainings/{job}",
    right: "owner",
    scope: "read",
    call: async (world) => ({ path: `/v1/trainings/${(await training(world)).id}` }),
  },
  {
    route: "POST /v1/trainings/{job}/cancel",
    right: "owner",
    scope: "publish",
    call: async (world) => ({ path: `/v1/trainings/${(await training(world)).id}/cancel` }),
  },
  {
    route: "GET /v1/trainings/{job}/events",
    right: "owner",
    scope: "read",
    call: async (world) => canceled(world, `/v1/trainings/${(await training(world)).id}`),
  },
  {
    route: "GET /v1/trainings/{job}/socket",
    right: "owner",
    scope: "read",
    call: async (world) => socket(world, `/v1/trainings/${(await training(world)).id}`),
  },
];

export const runners: Entry[] = [
  {
    route: "POST /runner/v1/register",
    right: "caller",
    scope: "runner",
    call: () => ({
      path: "/runner/v1/register",
      body: {
        ...{ name: "m", version: "1", device: "cpu", dtype: "float32", memory_bytes: 1 },
        bases: [BASE.id],
      },
    }),
  },
  {
    route: "POST /runner/v1/bases",
    right: "machine",
    scope: "runner",
    call: () => ({ path: "/runner/v1/bases", body: { ...SD, id: fresh("base") } }),
  },
  {
    route: "POST /runner/v1/deregister",
    right: "owner",
    scope: "runner",
    call: (world) => runnerAt(world, "deregister"),
  },
  {
    route: "POST /runner/v1/lease",
    right: "owner",
    scope: "runner",
    call: (world) => runnerAt(world, "lease", { bases: [BASE.id], max_batch: 1, wait_seconds: 0 }),
  },
  {
    route: "POST /runner/v1/leases/{lease}/heartbeat",
    right: "owner",
    scope: "runner",
    call: (world) => leaseAt(world, "heartbeat", { progress: { step: 1, total: 2, message: "" } }),
  },
  {
    route: "POST /runner/v1/leases/{lease}/uploads",
    right: "owner",
    scope: "runner",
    call: async (world) => {
      const bytes = await png(8, 8);
      const facts = { content_type: "image/png", size_bytes: bytes.length, sha256: await sha256Hex(bytes) };
      return leaseAt(world, "uploads", { name: "image-0.png", ...facts });
    },
  },
  {
    route: "POST /runner/v1/leases/{lease}/settle",
    right: "owner",
    scope: "runner",
    call: (world) => {
      const error = { code: "runner_error", message: "The test is over.", retryable: false };
      return leaseAt(world, "settle", { outcome: "failed", error });
    },
  },
  {
    route: "POST /runner/v1/leases/{lease}/release",
    right: "owner",
    scope: "runner",
    call: (world) => leaseAt(world, "release", { reason: "stopping" }),
  },
];
