// What Replicate's routes share: where they are mounted, pages with absolute addresses, and a body that may be empty.

import type { Context } from "hono";
import { z } from "zod";
import type { REPLICATE_EVENTS } from "../../../schema/contract/compat-replicate.ts";
import { token } from "../../../schema/contract/text.ts";
import { webhookEvents } from "../../compat/replicate-events.ts";
import type { Root } from "../../compat/replicate-json.ts";
import type { App } from "../../context.ts";
import { jobWebhook } from "../../webhooks/job-webhook.ts";

export const tags = ["replicate"];
export const cursorQuery = z.strictObject({ cursor: token(500).optional() });
export const modelParams = z.object({ owner: token(64), name: token(64) });

export const placeOf = (c: Context<App>, prefix: string): Root => ({
  env: c.env,
  db: c.var.db,
  origin: c.var.origin,
  root: `${c.var.origin}${prefix}`,
  now: c.var.now,
});

export function pageJson<T>(address: string, next: string | null, results: T[]) {
  return {
    previous: null,
    next: next === null ? null : `${address}?cursor=${encodeURIComponent(next)}`,
    results,
  };
}

type WebhookInput = {
  webhook?: string | null | undefined;
  webhook_events_filter?: (typeof REPLICATE_EVENTS)[number][] | null | undefined;
};

export function webhookOf(c: Context<App>, input: WebhookInput): ReturnType<typeof jobWebhook> {
  const { webhook: url, webhook_events_filter: filter } = input;
  if (url == null) return null;
  const at = { origin: c.var.origin, shape: "replicate" as const, pointer: "/webhook" };
  return jobWebhook(c.env, { url, events: webhookEvents(filter) }, at);
}
