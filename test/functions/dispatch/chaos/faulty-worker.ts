// The product's Worker with three handles for `npm run x -- chaos`, which runs it in the place of functions/index.ts: its clock may be set off, R2
// may refuse to put, and cron comes when it is called. Everything else is the product as it is.

import type { Env } from "../../../../functions/env.ts";
import worker, { Bell, JobLive } from "../../../../functions/index.ts";
import { faultyBlobs, type PutFault } from "./faulty-env.ts";

export { Bell, JobLive };

/** What is sent to PATH. `cron_at` is the time that cron is given, milliseconds since 1970. */
type Settings = { skew_ms?: number; puts_failing?: number; cron_at?: number };

const PATH = "/v1/chaos";
const trueNow = Date.now.bind(Date);
let [skewMs, putsFailing, putsFailed] = [0, 0, 0];
Date.now = () => trueNow() + skewMs;

function putFault(): PutFault {
  if (Math.random() >= putsFailing) return null;
  putsFailed++;
  return Math.random() < 0.5 ? "before" : "after";
}

async function handle(request: Request, env: Env): Promise<Response> {
  const settings = (await request.json()) as Settings;
  skewMs = settings.skew_ms ?? skewMs;
  putsFailing = settings.puts_failing ?? putsFailing;
  if (settings.cron_at !== undefined)
    await worker.scheduled(
      { scheduledTime: settings.cron_at, cron: "* * * * *", noRetry: () => {} } as ScheduledController,
      env,
    );
  return Response.json({ now: Date.now(), puts_failed: putsFailed });
}

export default {
  fetch(request, env, context) {
    if (new URL(request.url).pathname === PATH) return handle(request, env);
    return worker.fetch(request, faultyBlobs(env, putFault), context);
  },
  queue: worker.queue,
} satisfies ExportedHandler<Env, Parameters<typeof worker.queue>[0]["messages"][number]["body"]>;
