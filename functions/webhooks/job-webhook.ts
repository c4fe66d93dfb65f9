// The webhook that one job names: it receives messages about that job alone, signed with the account's default secret.

import type { z } from "zod";
import type { JobWebhook } from "../../schema/contract/webhooks.ts";
import type { JobWebhookRow } from "../../schema/tables.ts";
import type { Env } from "../env.ts";
import type { Refusal } from "../lib/refusal.ts";
import { urlFault } from "./endpoints.ts";
import { sendingOptionsOf } from "./sending.ts";

/** `pointer` is the place of the address in the request. */
export function jobWebhook(
  env: Env,
  input: z.infer<typeof JobWebhook> | undefined,
  at: { origin: string; shape?: JobWebhookRow["shape"]; pointer?: string },
): JobWebhookRow | null | Refusal {
  if (!input) return null;
  const { origin, shape = "native", pointer = "/webhook/url" } = at;
  const fault = urlFault(input.url, sendingOptionsOf(env).allowLoopback, pointer);
  return fault ?? { url: input.url, events: [...new Set(input.events)], shape, origin };
}
