// API calls of webhooks and their deliveries. Like api.ts, every call returns a Reply.

import type { z } from "zod";
import type * as contract from "../schema/contract/index.ts";
import { call, type Page, query } from "./api.ts";

export type Webhook = contract.Webhook;
export type WebhookWithSecret = z.infer<typeof contract.WebhookWithSecret>;
export type Delivery = contract.Delivery;
export type WebhookCreate = z.input<typeof contract.WebhookCreate>;
export type WebhookPatch = z.input<typeof contract.WebhookPatch>;

export const webhooks = {
  list: () => call<{ items: Webhook[] }>("GET", "/v1/webhooks"),
  make: (wanted: WebhookCreate) => call<WebhookWithSecret>("POST", "/v1/webhooks", wanted),
  change: (id: string, patch: WebhookPatch) => call<Webhook>("PATCH", `/v1/webhooks/${id}`, patch),
  remove: (id: string) => call<null>("DELETE", `/v1/webhooks/${id}`),
  rotate: (id: string) => call<WebhookWithSecret>("POST", `/v1/webhooks/${id}/rotate`),
  ping: (id: string) => call<Delivery>("POST", `/v1/webhooks/${id}/ping`),
  replayFailed: (id: string) => call<{ replayed: number }>("POST", `/v1/webhooks/${id}/replay`),
  deliveries: (wanted: { webhook_id?: string; limit?: number; cursor?: string }) =>
    call<Page<Delivery>>("GET", `/v1/webhook-deliveries${query({ ...wanted })}`),
  replay: (id: string) => call<Delivery>("POST", `/v1/webhook-deliveries/${id}/replay`),
};
