// /v1/webhooks: endpoints for messages about one's jobs, their secrets, and the outcome of each delivery.

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { idOf } from "../../schema/contract/ids.ts";
import { pageOf, pageQuery } from "../../schema/contract/lists.ts";
import {
  DELIVERY_STATES,
  DefaultSecret,
  Delivery,
  Replayed,
  Webhook,
  WebhookCreate,
  WebhookPatch,
  WebhookWithSecret,
} from "../../schema/contract/webhooks.ts";
import { isoTimeOrNull } from "../lib/clock.ts";
import { granted } from "../lib/refusal.ts";
import { queueDeliveries } from "../outbox/outbox.ts";
import { type Caller, callerWith } from "../rights/rights.ts";
import {
  deliveryJson,
  findDelivery,
  insertPing,
  listDeliveries,
  replay,
  replayFailed,
} from "../webhooks/deliveries.ts";
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  findWebhook,
  listWebhooks,
  rotateSecret,
  webhookJson,
} from "../webhooks/endpoints.ts";
import { defaultSecrets, rotateDefaultSecret } from "../webhooks/secrets.ts";
import { deliver, sendingOptionsOf } from "../webhooks/sending.ts";
import { idParam, jsonBody, jsonReply, noQuery, router } from "./app.ts";

const tags = ["webhooks"];
const PATH = "/v1/webhooks/{webhook}";
const DEFAULT_SECRET = "/v1/webhooks/default/secret";
const DELIVERIES = "/v1/webhook-deliveries";
const params = idParam("webhook", idOf("whk"));

const create = createRoute({
  method: "post",
  path: "/v1/webhooks",
  summary: "Add a webhook",
  description:
    "Messages are signed as Standard Webhooks has it and tried for nearly a day. An event is `generation.` or `training.` and a " +
    "status of a job; either side may be `*`. The secret is in this answer and nowhere else.",
  tags,
  middleware: noQuery,
  request: { body: jsonBody(WebhookCreate) },
  responses: { 201: jsonReply("The webhook and its secret", WebhookWithSecret) },
});

const list = createRoute({
  method: "get",
  path: "/v1/webhooks",
  summary: "List your webhooks",
  tags,
  middleware: noQuery,
  responses: { 200: jsonReply("Your webhooks, oldest first", z.object({ items: z.array(Webhook) })) },
});

const get = createRoute({
  method: "get",
  path: PATH,
  summary: "Get a webhook",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("The webhook", Webhook) },
});

const change = createRoute({
  method: "patch",
  path: PATH,
  summary: "Change, disable or enable a webhook",
  tags,
  middleware: noQuery,
  request: { params, body: jsonBody(WebhookPatch) },
  responses: { 200: jsonReply("The webhook", Webhook) },
});

const remove = createRoute({
  method: "delete",
  path: PATH,
  summary: "Delete a webhook and its deliveries",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 204: { description: "Deleted" } },
});

const rotate = createRoute({
  method: "post",
  path: `${PATH}/rotate`,
  summary: "Rotate the secret of a webhook",
  description: "For 24 hours messages carry two signatures, of the new secret and of the old one.",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("The webhook and its new secret", WebhookWithSecret) },
});

const ping = createRoute({
  method: "post",
  path: `${PATH}/ping`,
  summary: "Send a test message",
  description: "Sends `webhook.ping` at once, tries it once, and answers how it went.",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("The delivery", Delivery) },
});

const replayAll = createRoute({
  method: "post",
  path: `${PATH}/replay`,
  summary: "Replay failed deliveries",
  description: "The oldest 500 failed deliveries; ask again for more.",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("How many are sent again", Replayed) },
});

const secret = createRoute({
  method: "get",
  path: DEFAULT_SECRET,
  summary: "Get the default secret of webhooks that jobs name",
  tags,
  middleware: noQuery,
  responses: { 200: jsonReply("The secret", DefaultSecret) },
});

const rotateDefault = createRoute({
  method: "post",
  path: "/v1/webhooks/default/rotate",
  summary: "Rotate the default secret of webhooks that jobs name",
  tags,
  middleware: noQuery,
  responses: { 200: jsonReply("The new secret", DefaultSecret) },
});

const deliveries = createRoute({
  method: "get",
  path: DELIVERIES,
  summary: "List deliveries",
  tags,
  request: {
    query: z.strictObject({
      webhook_id: idOf("whk").optional(),
      job_id: idOf("job").optional(),
      state: z.enum(DELIVERY_STATES).optional(),
      ...pageQuery,
    }),
  },
  responses: { 200: jsonReply("A page of deliveries, newest first", pageOf(Delivery)) },
});

const delivery = createRoute({
  method: "get",
  path: `${DELIVERIES}/{delivery}`,
  summary: "Get a delivery",
  tags,
  middleware: noQuery,
  request: { params: idParam("delivery", idOf("dlv")) },
  responses: { 200: jsonReply("The delivery", Delivery) },
});

const replayOne = createRoute({
  method: "post",
  path: `${DELIVERIES}/{delivery}/replay`,
  summary: "Replay a delivery",
  description: "With the id it had, so that a receiver that knows it already can recognise it.",
  tags,
  middleware: noQuery,
  request: { params: idParam("delivery", idOf("dlv")) },
  responses: { 200: jsonReply("The delivery", Delivery) },
});

/** A webhook sends the caller's jobs to its address, so setting one up needs the right to read them. */
function maySubscribe(caller: Caller | null): Caller {
  granted(callerWith(caller, "read"));
  return granted(callerWith(caller, "publish"));
}

export const webhooks = router()
  .openapi(secret, async (c) => {
    const caller = granted(callerWith(c.var.caller, "generate"));
    const { secret: key, oldSecretUntil } = await defaultSecrets(c.var.db, caller.id);
    return c.json({ key, old_secret_until: isoTimeOrNull(oldSecretUntil) }, 200);
  })
  .openapi(rotateDefault, async (c) => {
    const caller = granted(callerWith(c.var.caller, "publish"));
    const { secret: key, oldSecretUntil } = await rotateDefaultSecret(c.var.db, caller.id, c.var.now);
    return c.json({ key, old_secret_until: isoTimeOrNull(oldSecretUntil) }, 200);
  })
  .openapi(create, async (c) => {
    const { db, now, origin } = c.var;
    const caller = maySubscribe(c.var.caller);
    const { allowLoopback } = sendingOptionsOf(c.env);
    const row = granted(await createWebhook(db, caller, c.req.valid("json"), { origin, allowLoopback, now }));
    return c.json({ ...webhookJson(row, now), secret: row.secret }, 201);
  })
  .openapi(list, async (c) => {
    const caller = granted(callerWith(c.var.caller, "read"));
    const rows = await listWebhooks(c.var.db, caller);
    return c.json({ items: rows.map((row) => webhookJson(row, c.var.now)) }, 200);
  })
  .openapi(get, async (c) => {
    const caller = granted(callerWith(c.var.caller, "read"));
    const row = granted(await findWebhook(c.var.db, caller, c.req.valid("param").webhook));
    return c.json(webhookJson(row, c.var.now), 200);
  })
  .openapi(change, async (c) => {
    const { db, now } = c.var;
    const caller = maySubscribe(c.var.caller);
    const { allowLoopback } = sendingOptionsOf(c.env);
    const row = granted(await findWebhook(db, caller, c.req.valid("param").webhook));
    const changed = granted(await changeWebhook(db, row, c.req.valid("json"), { allowLoopback, now }));
    return c.json(webhookJson(changed, now), 200);
  })
  .openapi(remove, async (c) => {
    const caller = granted(callerWith(c.var.caller, "publish"));
    await deleteWebhook(c.var.db, granted(await findWebhook(c.var.db, caller, c.req.valid("param").webhook)));
    return c.body(null, 204);
  })
  .openapi(rotate, async (c) => {
    const { db, now } = c.var;
    const caller = maySubscribe(c.var.caller);
    const row = granted(await findWebhook(db, caller, c.req.valid("param").webhook));
    const changed = granted(await rotateSecret(db, row, now));
    return c.json({ ...webhookJson(changed, now), secret: changed.secret }, 200);
  })
  .openapi(ping, async (c) => {
    const { db, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const row = granted(await findWebhook(db, caller, c.req.valid("param").webhook));
    const id = await insertPing(db, row, now);
    await deliver(db, id, sendingOptionsOf(c.env), now);
    return c.json(deliveryJson(granted(await findDelivery(db, caller, id))), 200);
  })
  .openapi(replayAll, async (c) => {
    const { db, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const row = granted(await findWebhook(db, caller, c.req.valid("param").webhook));
    const ids = granted(await replayFailed(db, row, now));
    await queueDeliveries(c.env, ids);
    return c.json({ replayed: ids.length }, 200);
  })
  .openapi(deliveries, async (c) => {
    const caller = granted(callerWith(c.var.caller, "read"));
    const page = granted(await listDeliveries(c.var.db, caller, c.req.valid("query")));
    return c.json({ ...page, items: page.items.map(deliveryJson) }, 200);
  })
  .openapi(delivery, async (c) => {
    const caller = granted(callerWith(c.var.caller, "read"));
    return c.json(
      deliveryJson(granted(await findDelivery(c.var.db, caller, c.req.valid("param").delivery))),
      200,
    );
  })
  .openapi(replayOne, async (c) => {
    const { db, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const row = granted(await findDelivery(db, caller, c.req.valid("param").delivery));
    const replayed = granted(await replay(db, row, now));
    if (replayed.state === "pending") await queueDeliveries(c.env, [replayed.id]);
    return c.json(deliveryJson(replayed), 200);
  });
