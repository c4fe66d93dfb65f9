// GET /metrics for a scraper, authorised by METRICS_TOKEN or by an operator's API key.

import { callerOfKey } from "../auth/keys.ts";
import { metricsText } from "../dispatch/metrics.ts";
import { deny, refuse } from "../lib/refusal.ts";
import { isOperator } from "../rights/rights.ts";
import { router } from "./app.ts";

const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
const encoder = new TextEncoder();

export const metrics = router().get("/metrics", async (c) => {
  const token = /^Bearer (\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  if (!token)
    deny(refuse("auth_required", "Send the token of metrics, or an operator's key, as a bearer token."));
  if (!(await isToken(token, c.env.METRICS_TOKEN))) {
    const caller = await callerOfKey(c.env, c.var.db, token, c.var.now);
    if (!caller) deny(refuse("key_invalid", "This token is not the one for metrics, and no API key."));
    if (caller.pageKey || !isOperator(caller, c.env))
      deny(refuse("not_granted", "Metrics are for operators."));
  }
  return c.body(await metricsText(c.var.db, c.var.now), 200, {
    "content-type": CONTENT_TYPE,
    "cache-control": "no-store",
  });
});

/** Digests are of one length, so that the comparison takes the same time whatever was sent. */
async function isToken(sent: string, expected: string | undefined): Promise<boolean> {
  if (!expected) return false;
  const [a, b] = await Promise.all(
    [sent, expected].map((text) => crypto.subtle.digest("SHA-256", encoder.encode(text))),
  );
  return a !== undefined && b !== undefined && crypto.subtle.timingSafeEqual(a, b);
}
