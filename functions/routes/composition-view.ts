// The view of a composition for a request: caller, origin, and the estimate from dispatch for the queue of its base.

import type { Context } from "hono";
import type { CompositionView } from "../compose/compositions.ts";
import type { App } from "../context.ts";
import { estimate } from "../dispatch/jobs.ts";
import type { Caller } from "../rights/rights.ts";

export const compositionView = (c: Context<App>, caller: Caller | null): CompositionView => ({
  caller,
  origin: c.var.origin,
  estimate: (baseId) => estimate(c.var.db, baseId),
});
