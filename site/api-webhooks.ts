// API calls of webhooks and their deliveries. Like api.ts, every call returns a Reply.

import { type At, call, type Schema } from "./api.ts";

export type Webhook = Schema<"Webhook">;
export type WebhookWithSecret = Schema<"WebhookWithSecret">;
export type Delivery = Schema<"Delivery">;
export type WebhookCreate = Schema<"WebhookCreate">;
export type WebhookPatch = Schema<"WebhookPatch">;

const one = (webhook: string) => ({ params: { path: { webhook } } });

export const webhooks = {
  list: () => call("get", "/v1/webhooks"),
  make: (body: WebhookCreate) => call("post", "/v1/webhooks", { body }),
  change: (id: string, body: WebhookPatch) => call("patch", "/v1/webhooks/{webhook}", { ...one(id), body }),
  remove: (id: string) => call("delete", "/v1/webhooks/{webhook}", one(id)),
  rotate: (id: string) => call("post", "/v1/webhooks/{webhook}/rotate", one(id)),
  ping: (id: string) => call("post", "/v1/webhooks/{webhook}/ping", one(id)),
  replayFailed: (id: string) => call("post", "/v1/webhooks/{webhook}/replay", one(id)),
  deliveries: (query: At & { webhook_id?: string }) =>
    call("get", "/v1/webhook-deliveries", { params: { query } }),
  replay: (delivery: string) =>
    call("post", "/v1/webhook-deliveries/{delivery}/replay", { params: { path: { delivery } } }),
};
