// The product's Worker beside what its requests are compared with in `npm run bench`: an empty Hono route, and bytes of R2 as they are.

import { Hono } from "hono";
import type { Env } from "../../../functions/env.ts";
import worker, { Bell, JobLive } from "../../../functions/index.ts";

export { Bell, JobLive };

const reference = new Hono<{ Bindings: Env }>()
  .get("/reference/empty", (c) => c.json({}))
  .put("/reference/bytes", async (c) => {
    await c.env.BLOBS.put("reference", c.req.raw.body);
    return c.json({});
  })
  .get("/reference/bytes", async (c) => {
    const stored = await c.env.BLOBS.get("reference");
    return stored ? new Response(stored.body) : c.notFound();
  });

export default {
  fetch(request, env, context) {
    return new URL(request.url).pathname.startsWith("/reference/")
      ? reference.fetch(request, env, context)
      : worker.fetch(request, env, context);
  },
  queue: worker.queue,
  scheduled: worker.scheduled,
} satisfies ExportedHandler<Env, Parameters<typeof worker.queue>[0]["messages"][number]["body"]>;
