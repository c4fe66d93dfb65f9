// Reports, decisions, appeals and the moderators' queue: who may call them.

import type { ModerationAction, Report } from "../../../schema/contract/index.ts";
import { ask, db, type Person, person, published } from "../cast.ts";
import { adapterKey } from "../moderation/desk.ts";
import type { Entry, World } from "./entry.ts";

const UNKNOWN = "00000000000000000000";
let made = 0;
const next = () => `judged-${made++}`;

const idOf = async (ref: string) => (await adapterKey(ref)).id;

/** A published adapter of somebody who is neither owner, other nor moderator, under a report. */
async function reported({ other }: World): Promise<{ kind: string; id: string; author: Person }> {
  const name = next();
  const author = await person(name);
  await published(author, name);
  const target = { kind: "adapter", ref: `${author.handle}/${name}` };
  await other.must<Report>("POST", "/v1/reports", { target, reason: "spam" });
  return { kind: "adapter", id: await idOf(target.ref), author };
}

async function act(world: World, target: { kind: string; id: string }): Promise<ModerationAction> {
  const { kind, id } = target;
  const reply = await ask<ModerationAction>("POST", "/v1/moderation/actions", {
    headers: { cookie: world.moderator.cookie },
    body: { target: { kind, id }, action: "remove", reason: "r" },
  });
  return reply.body;
}

async function appealed(world: World): Promise<string> {
  const target = await reported(world);
  const action = await act(world, target);
  const reply = await ask<{ id: string }>("POST", "/v1/appeals", {
    headers: { cookie: target.author.cookie },
    body: { action_id: action.id, text: "no" },
  });
  return reply.body.id;
}

export const moderation: Entry[] = [
  {
    route: "POST /v1/reports",
    right: "caller",
    scope: "publish",
    call: async () => {
      const name = next();
      const author = await person(name);
      return {
        path: "/v1/reports",
        body: { target: { kind: "user", handle: author.handle }, reason: "spam" },
      };
    },
  },
  { route: "GET /v1/reports", right: "caller", scope: "read", call: () => ({ path: "/v1/reports" }) },
  { route: "GET /v1/decisions", right: "caller", scope: "read", call: () => ({ path: "/v1/decisions" }) },
  {
    route: "POST /v1/appeals",
    right: "session",
    call: async (world) => {
      const name = next();
      await published(world.owner, name);
      const action = await act(world, { kind: "adapter", id: await idOf(`${world.owner.handle}/${name}`) });
      return { path: "/v1/appeals", body: { action_id: action.id, text: "no" } };
    },
  },
  { route: "GET /v1/appeals", right: "caller", scope: "read", call: () => ({ path: "/v1/appeals" }) },
  { route: "GET /v1/moderation/queue", right: "moderator", call: () => ({ path: "/v1/moderation/queue" }) },
  {
    route: "GET /v1/moderation/targets/{kind}/{id}",
    right: "moderator",
    call: async (world) => ({ path: `/v1/moderation/targets/adapter/${(await reported(world)).id}` }),
  },
  {
    route: "GET /v1/moderation/targets/{kind}/{id}/images/{image}",
    right: "moderator",
    call: async (world) => {
      const { id } = await reported(world);
      const row = await db()
        .prepare("SELECT previews FROM versions WHERE adapter_id = ?")
        .bind(id)
        .first<{ previews: string }>();
      const [image] = JSON.parse(row?.previews ?? "[]") as string[];
      return { path: `/v1/moderation/targets/adapter/${id}/images/${image}` };
    },
  },
  {
    route: "POST /v1/moderation/actions",
    right: "moderator",
    call: async (world) => {
      const { kind, id } = await reported(world);
      const body = { target: { kind, id }, action: "dismiss", reason: "r" };
      return { path: "/v1/moderation/actions", body };
    },
  },
  {
    route: "GET /v1/moderation/actions",
    right: "moderator",
    call: () => ({ path: "/v1/moderation/actions" }),
  },
  {
    route: "GET /v1/moderation/appeals",
    right: "moderator",
    call: () => ({ path: "/v1/moderation/appeals" }),
  },
  {
    route: "POST /v1/moderation/appeals/{appeal}/decide",
    right: "moderator",
    call: async (world) => ({
      path: `/v1/moderation/appeals/${await appealed(world)}/decide`,
      body: { decision: "uphold", answer: "a" },
    }),
  },
  {
    route: "POST /v1/moderation/roles",
    right: "moderator",
    call: async () => {
      const { handle } = await person(next());
      return { path: "/v1/moderation/roles", body: { handle, role: "moderator", reason: "r" } };
    },
  },
  {
    route: "GET /v1/moderation/blocked-terms",
    right: "moderator",
    call: () => ({ path: "/v1/moderation/blocked-terms?scope=name" }),
  },
  {
    route: "POST /v1/moderation/blocked-terms",
    right: "moderator",
    call: () => ({
      path: "/v1/moderation/blocked-terms",
      body: { scope: "name", term: `${next()}${UNKNOWN}`, reason: "r" },
    }),
  },
  {
    route: "DELETE /v1/moderation/blocked-terms/{scope}/{term}",
    right: "moderator",
    call: async () => {
      const term = `unwanted${made++}`;
      await db().prepare("INSERT INTO blocked_terms VALUES ('name', ?, 'usr_0', 0)").bind(term).run();
      return { path: `/v1/moderation/blocked-terms/name/${term}` };
    },
  },
];
