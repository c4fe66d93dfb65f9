// Webhooks (Standard Webhooks, standardwebhooks.com): endpoints and their deliveries. The body of a message
// is in jobs.ts.

import { z } from "zod";
import { idOf, Timestamp } from "./ids.ts";
import { WEBHOOK_EVENTS_MAX, WEBHOOK_URL_MAX_CHARACTERS } from "./limits.ts";
import { address, prose } from "./text.ts";

/** `kind.status` of a job, either of them `*`. */
export const WebhookEvents = z
  .array(
    z
      .string()
      .regex(
        /^(?:\*|generation|training)\.(?:\*|queued|running|succeeded|failed|canceled)$/,
        "must look like generation.succeeded, training.* or *.failed",
      ),
  )
  .min(1)
  .max(WEBHOOK_EVENTS_MAX)
  .meta({ id: "WebhookEvents", description: "generation.succeeded, training.*, *.failed, ..." });

export const FINAL_EVENTS = ["*.succeeded", "*.failed", "*.canceled"];

const WebhookUrl = address(WEBHOOK_URL_MAX_CHARACTERS).meta({
  description: "https, reachable from the public internet; redirects are not followed",
});

/** For one job, beside the endpoints of its owner. Signed with the account's default secret. */
export const JobWebhook = z
  .strictObject({ url: WebhookUrl, events: WebhookEvents.default(FINAL_EVENTS) })
  .meta({ id: "JobWebhook" });

export const WebhookCreate = z
  .strictObject({ url: WebhookUrl, events: WebhookEvents, description: prose(200).default("") })
  .meta({ id: "WebhookCreate" });

export const WebhookPatch = z
  .strictObject({
    url: WebhookUrl.optional(),
    events: WebhookEvents.optional(),
    description: prose(200).optional(),
    enabled: z.boolean().optional(),
  })
  .meta({ id: "WebhookPatch" });

/** owner: its owner paused it; gone: it answered 410; failing: it failed for days. */
export const DISABLED_REASONS = ["owner", "gone", "failing"] as const;

export const Webhook = z
  .object({
    id: idOf("whk"),
    url: z.string(),
    description: z.string(),
    events: WebhookEvents,
    enabled: z.boolean(),
    disabled_reason: z.enum(DISABLED_REASONS).nullable(),
    failures: z.int().meta({ description: "Attempts that failed since the last that did not" }),
    failing_since: Timestamp.nullable(),
    old_secret_until: Timestamp.nullable().meta({
      description: "Until then the secret before the rotation signs too",
    }),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: "Webhook" });
export type Webhook = z.infer<typeof Webhook>;

const secret = z.string().meta({ description: "whsec_ and 32 bytes in base64" });

export const WebhookWithSecret = Webhook.extend({ secret }).meta({
  id: "WebhookWithSecret",
  description: "The secret is shown here and not again",
});

/** As Replicate's clients read it. */
export const DefaultSecret = z
  .object({ key: secret, old_secret_until: Timestamp.nullable() })
  .meta({ id: "DefaultSecret" });

export const DELIVERY_STATES = ["pending", "delivered", "failed"] as const;

export const DeliveryAttempt = z
  .object({
    at: Timestamp,
    duration_ms: z.int(),
    response_status: z.int().nullable(),
    error: z.string().nullable().meta({ description: "Why this attempt failed" }),
  })
  .meta({ id: "DeliveryAttempt" });
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

export const Delivery = z
  .object({
    id: idOf("dlv").meta({ description: "The header webhook-id, the same for every attempt" }),
    webhook_id: idOf("whk").nullable().meta({ description: "null where the job brought its own address" }),
    job_id: idOf("job").nullable(),
    type: z.string(),
    url: z.string(),
    state: z.enum(DELIVERY_STATES),
    attempts: z.array(DeliveryAttempt),
    next_attempt_at: Timestamp.nullable(),
    created_at: Timestamp,
    finished_at: Timestamp.nullable(),
  })
  .meta({ id: "Delivery" });
export type Delivery = z.infer<typeof Delivery>;

export const Replayed = z.object({ replayed: z.int() }).meta({ id: "Replayed" });
