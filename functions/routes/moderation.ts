// Reports and appeals of everybody, and for moderators in a session: the queue, decisions, appeals, the audit log, roles.

import { createRoute } from "@hono/zod-openapi";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { Handle, idOf } from "../../schema/contract/ids.ts";
import { pageOf, pageQuery } from "../../schema/contract/lists.ts";
import {
  ActionCreate,
  AppealCase,
  AppealDecision,
  ModerationAction,
  ModerationTarget,
  QueueEntry,
  RoleChange,
  RoleOf,
  TargetId,
  TargetKind,
} from "../../schema/contract/moderation.ts";
import { token } from "../../schema/contract/text.ts";
import { blobs } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { deny, granted } from "../lib/refusal.ts";
import { act } from "../moderation/actions.ts";
import { type Case, decideAppeal, listCases, mayDecide, readCase } from "../moderation/appeals.ts";
import { actionsJson, appealJson, handlesOf, listActions } from "../moderation/audit.ts";
import { changeRole, moderatorIds, rootOf } from "../moderation/moderators.ts";
import { listQueue } from "../moderation/queue.ts";
import { pictureOf, targetView } from "../moderation/target-view.ts";
import { readTarget, targetCard, targetsById } from "../moderation/targets.ts";
import { type Caller, moderatorOf } from "../rights/rights.ts";
import { blobResponse } from "../storage/blobs.ts";
import { jsonBody, jsonReply, noQuery, router } from "./app.ts";
import { blockedTerms } from "./blocked-terms.ts";
import { reports } from "./reports.ts";

const tags = ["moderation"];
const targetParams = z.object({ kind: TargetKind, id: TargetId });

const queue = createRoute({
  method: "get",
  path: "/v1/moderation/queue",
  summary: "List pending reports by target",
  tags,
  request: { query: z.strictObject({ kind: TargetKind.optional(), ...pageQuery }) },
  responses: { 200: jsonReply("Reported things, the gravest first", pageOf(QueueEntry)) },
});

const target = createRoute({
  method: "get",
  path: "/v1/moderation/targets/{kind}/{id}",
  summary: "Get a reported item with its reports and earlier decisions",
  tags,
  middleware: noQuery,
  request: { params: targetParams },
  responses: { 200: jsonReply("The thing, hidden or not", ModerationTarget) },
});

const image = createRoute({
  method: "get",
  path: "/v1/moderation/targets/{kind}/{id}/images/{image}",
  summary: "Get a picture of a reported item",
  tags,
  middleware: noQuery,
  request: { params: targetParams.extend({ image: idOf("img") }) },
  responses: { 200: { description: "The picture", content: { "image/png": { schema: z.string() } } } },
});

const createAction = createRoute({
  method: "post",
  path: "/v1/moderation/actions",
  summary: "Make a moderation decision",
  description: "Closes its reports, notifies its owner and the reporters, and stands in the audit log.",
  tags,
  middleware: noQuery,
  request: { body: jsonBody(ActionCreate) },
  responses: { 201: jsonReply("The action", ModerationAction) },
});

const actions = createRoute({
  method: "get",
  path: "/v1/moderation/actions",
  summary: "Read the audit log",
  tags,
  request: {
    query: z.strictObject({
      target: token(100).optional(),
      moderator: Handle.optional(),
      ...pageQuery,
    }),
  },
  responses: { 200: jsonReply("Actions, newest first", pageOf(ModerationAction)) },
});

const cases = createRoute({
  method: "get",
  path: "/v1/moderation/appeals",
  summary: "List appeals",
  tags,
  request: {
    query: z.strictObject({
      state: z.enum(["pending", "upheld", "overturned"]).default("pending"),
      ...pageQuery,
    }),
  },
  responses: { 200: jsonReply("Appeals, oldest first", pageOf(AppealCase)) },
});

const decide = createRoute({
  method: "post",
  path: "/v1/moderation/appeals/{appeal}/decide",
  summary: "Decide on an appeal",
  description: "For another moderator than the one who decided, where there is one.",
  tags,
  middleware: noQuery,
  request: { params: z.object({ appeal: idOf("apl") }), body: jsonBody(AppealDecision) },
  responses: { 200: jsonReply("The appeal", AppealCase) },
});

const roles = createRoute({
  method: "post",
  path: "/v1/moderation/roles",
  summary: "Grant or revoke the role of moderator",
  description: "Only for moderators whose verified address is named in the server's settings.",
  tags,
  middleware: noQuery,
  request: { body: jsonBody(RoleChange) },
  responses: { 200: jsonReply("The role", RoleOf) },
});

async function casesJson(
  db: Db,
  found: readonly Case[],
  moderator: Caller,
  moderatorEmails: string | undefined,
): Promise<AppealCase[]> {
  const [actionList, handles, targets, all] = await Promise.all([
    actionsJson(
      db,
      found.map(({ action }) => action),
    ),
    handlesOf(
      db,
      found.map(({ appeal }) => appeal.appellantId),
    ),
    targetsById(
      db,
      found.flatMap(({ action: { targetKind, targetId } }) =>
        targetKind === "term" ? [] : [{ kind: targetKind, id: targetId }],
      ),
    ),
    moderatorIds(db, moderatorEmails),
  ]);
  return found.flatMap((one, i) => {
    const { appeal, action } = one;
    const json = actionList[i];
    const shown = targets.get(action.targetId);
    if (!json) return [];
    return {
      ...appealJson(appeal),
      appellant: handles.get(appeal.appellantId) ?? null,
      action: json,
      target: shown ? targetCard(shown) : null,
      may_decide: appeal.state === "pending" && mayDecide(all, moderator, one),
    };
  });
}

const desk = router()
  .openapi(queue, async (c) => {
    granted(moderatorOf(c.var.caller));
    return c.json(granted(await listQueue(c.var.db, c.req.valid("query"))), 200);
  })
  .openapi(target, async (c) => {
    granted(moderatorOf(c.var.caller));
    const found = granted(await readTarget(c.var.db, c.req.valid("param")));
    return c.json(await targetView(c.var.db, found, c.var.origin), 200);
  })
  .openapi(image, async (c) => {
    granted(moderatorOf(c.var.caller));
    const { db } = c.var;
    const params = c.req.valid("param");
    const found = granted(await readTarget(db, params));
    const picture = granted(await pictureOf(db, found, params.image));
    const blob = await db.select().from(blobs).where(eq(blobs.sha256, picture.sha256)).get();
    if (!blob) throw new Error(`Picture ${picture.id} has no blob`);
    const facts = { ...picture, sizeBytes: blob.sizeBytes };
    const own = { "cache-control": "private, no-store", "cross-origin-resource-policy": "same-origin" };
    return granted(await blobResponse(c.env, facts, c.req.raw, own));
  })
  .openapi(createAction, async (c) => {
    const { db, now } = c.var;
    const moderator = granted(moderatorOf(c.var.caller));
    const row = granted(await act({ env: c.env, db, moderator, now }, c.req.valid("json")));
    const [json] = await actionsJson(db, [row]);
    if (!json) throw new Error(`Action ${row.id} has no JSON`);
    return c.json(json, 201);
  })
  .openapi(actions, async (c) => {
    granted(moderatorOf(c.var.caller));
    const page = granted(await listActions(c.var.db, c.req.valid("query")));
    return c.json({ ...page, items: await actionsJson(c.var.db, page.items) }, 200);
  })
  .openapi(cases, async (c) => {
    const moderator = granted(moderatorOf(c.var.caller));
    const page = granted(await listCases(c.var.db, c.req.valid("query")));
    const items = await casesJson(c.var.db, page.items, moderator, c.env.MODERATOR_EMAILS);
    return c.json({ ...page, items }, 200);
  })
  .openapi(decide, async (c) => {
    const { db, now } = c.var;
    const moderator = granted(moderatorOf(c.var.caller));
    const emails = c.env.MODERATOR_EMAILS;
    const found = granted(await readCase(db, c.req.valid("param").appeal));
    const decided = granted(
      await decideAppeal({ db, moderatorEmails: emails, moderator, now }, found, c.req.valid("json")),
    );
    const [json] = await casesJson(db, [decided], moderator, emails);
    if (!json) throw new Error(`Appeal ${decided.appeal.id} has no JSON`);
    return c.json(json, 200);
  })
  .openapi(roles, async (c) => {
    const root = granted(rootOf(granted(moderatorOf(c.var.caller)), c.env.MODERATOR_EMAILS));
    const { handle, role, reason } = c.req.valid("json");
    const refusal = await changeRole(c.var.db, root, { handle, role, reason }, c.var.now);
    if (refusal) deny(refusal);
    return c.json({ handle, role }, 200);
  });

export const moderation = router().route("/", reports).route("/", blockedTerms).route("/", desk);
