// Who may call the routes of webhooks.

import type { Delivery, Generation } from "../../../schema/contract/index.ts";
import { db } from "../cast.ts";
import type { Call, Entry, World } from "./entry.ts";

const input = { url: "https://hooks.example.com/", events: ["generation.canceled"] };

const made = async ({ owner }: World) => (await owner.must<{ id: string }>("POST", "/v1/webhooks", input)).id;
const on = async (world: World, rest = "", body?: unknown): Promise<Call> => ({
  path: `/v1/webhooks/${await made(world)}${rest}`,
  ...(body !== undefined && { body }),
});

/** Of the owner: a delivery that has failed. */
async function failed(world: World): Promise<string> {
  await made(world);
  const job = await world.owner.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: "x" });
  await db().prepare("UPDATE jobs SET status = 'canceled' WHERE id = ?").bind(job.id).run();
  await db().prepare("UPDATE deliveries SET state = 'failed', next_attempt_at = NULL").run();
  const page = await world.owner.must<{ items: Delivery[] }>(
    "GET",
    `/v1/webhook-deliveries?job_id=${job.id}`,
  );
  return page.items[0]?.id ?? "";
}

export const webhooks: Entry[] = [
  {
    route: "POST /v1/webhooks",
    right: "caller",
    scope: "publish",
    also: "read",
    call: async ({ owner, other }) => {
      for (const each of [owner, other]) {
        await db()
          .prepare("DELETE FROM webhooks WHERE owner_id = (SELECT id FROM users WHERE handle = ?)")
          .bind(each.handle)
          .run();
      }
      return { path: "/v1/webhooks", body: input };
    },
  },
  { route: "GET /v1/webhooks", right: "caller", scope: "read", call: () => ({ path: "/v1/webhooks" }) },
  { route: "GET /v1/webhooks/{webhook}", right: "owner", scope: "read", call: (world) => on(world) },
  {
    route: "PATCH /v1/webhooks/{webhook}",
    right: "owner",
    scope: "publish",
    also: "read",
    call: (world) => on(world, "", { enabled: false }),
  },
  { route: "DELETE /v1/webhooks/{webhook}", right: "owner", scope: "publish", call: (world) => on(world) },
  {
    route: "POST /v1/webhooks/{webhook}/rotate",
    right: "owner",
    scope: "publish",
    also: "read",
    call: (world) => on(world, "/rotate"),
  },
  {
    route: "POST /v1/webhooks/{webhook}/ping",
    right: "owner",
    scope: "publish",
    call: (world) => on(world, "/ping"),
  },
  {
    route: "POST /v1/webhooks/{webhook}/replay",
    right: "owner",
    scope: "publish",
    call: (world) => on(world, "/replay"),
  },
  {
    route: "GET /v1/webhooks/default/secret",
    right: "caller",
    scope: "generate",
    call: () => ({ path: "/v1/webhooks/default/secret" }),
  },
  {
    route: "POST /v1/webhooks/default/rotate",
    right: "caller",
    scope: "publish",
    call: () => ({ path: "/v1/webhooks/default/rotate" }),
  },
  {
    route: "GET /v1/webhook-deliveries",
    right: "caller",
    scope: "read",
    call: () => ({ path: "/v1/webhook-deliveries" }),
  },
  {
    route: "GET /v1/webhook-deliveries/{delivery}",
    right: "owner",
    scope: "read",
    call: async (world) => ({ path: `/v1/webhook-deliveries/${await failed(world)}` }),
  },
  {
    route: "POST /v1/webhook-deliveries/{delivery}/replay",
    right: "owner",
    scope: "publish",
    call: async (world) => ({ path: `/v1/webhook-deliveries/${await failed(world)}/replay` }),
  },
];
