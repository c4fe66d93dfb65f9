// Turns OpenAI's request for pictures into a job: a new one, or the one that an earlier attempt of the same request created.

import { and, desc, eq, gt } from "drizzle-orm";
import type { OpenAiImageCreate } from "../../schema/contract/compat-openai.ts";
import { IDEMPOTENCY_TTL_SECONDS, OPENAI_RETRY_MAX_SECONDS } from "../../schema/contract/limits.ts";
import { type JobRow, jobs } from "../../schema/tables.ts";
import { takeGeneration } from "../auth/page-keys.ts";
import { BASES } from "../catalog/bases.ts";
import type { Db } from "../db.ts";
import { enqueue } from "../dispatch/enqueue.ts";
import { readJob } from "../dispatch/follow.ts";
import type { Env } from "../env.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { sha256Hex } from "../lib/sha256.ts";
import type { Caller } from "../rights/rights.ts";
import { findModel } from "./models.ts";
import { orderPictures, renamed } from "./pictures.ts";

/** From the headers of a request: whether it is a client's automatic retry, and its idempotency key. */
type Attempt = { body: string; isRetry: boolean; idempotencyKey: string | undefined };

export async function openAiJob(
  { env, db, caller, now }: { env: Env; db: Db; caller: Caller; now: number },
  input: OpenAiImageCreate,
  attempt: Attempt,
): Promise<JobRow | Refusal> {
  const { body, isRetry, idempotencyKey } = attempt;
  const requestSha256 = await sha256Hex(
    idempotencyKey === undefined ? `openai body\n${body}` : `openai key\n${idempotencyKey}`,
  );
  const isNamed = isRetry || idempotencyKey !== undefined;
  const ttl = idempotencyKey === undefined ? OPENAI_RETRY_MAX_SECONDS : IDEMPOTENCY_TTL_SECONDS;
  const since = now - ttl * 1000;
  const earlier = async () => {
    const found = isNamed && (await earlierJob(db, caller, requestSha256, since));
    if (!found) return null;
    return isSame(found, input) ? found : MISMATCH;
  };
  const first = await earlier();
  if (first) return first;
  const name = input.model ?? BASES[0]?.id ?? "";
  const model = await findModel(db, caller, name, "/model");
  if (model instanceof Refusal) return model;
  const order = await orderPictures(db, caller, model, {
    prompt: input.prompt,
    negativePrompt: input.negative_prompt ?? undefined,
    seed: input.seed ?? undefined,
    steps: input.steps ?? undefined,
    guidance: input.guidance ?? undefined,
    size: input.size === "auto" ? undefined : (input.size ?? undefined),
    count: input.n ?? undefined,
    adapters: input.adapters ?? [],
    regions: input.regions ?? [],
    strength: undefined,
  });
  if (order instanceof Refusal) return renamed(order, { count: "n" });
  const spent = await takeGeneration(db, caller, now);
  if (spent) return spent;
  const version = model.kind === "adapter" ? model.version.id : null;
  const asked = { model: name, version, input: { ...input } };
  const id = await enqueue(
    { env, db, now },
    { ...order, asked, requestSha256 },
    {
      unlessSince: isNamed ? since : undefined,
    },
  );
  // Refused where a concurrent attempt was first: its job is found now.
  return id instanceof Refusal ? ((await earlier()) ?? id) : readJob(db, id);
}

const MISMATCH = refuse(
  "idempotency_mismatch",
  "This Idempotency-Key was used for another request.",
  "idempotency-key",
);

async function earlierJob(db: Db, caller: Caller, requestSha256: string, since: number) {
  return db
    .select()
    .from(jobs)
    .where(and(eq(jobs.ownerId, caller.id), eq(jobs.requestSha256, requestSha256), gt(jobs.createdAt, since)))
    .orderBy(desc(jobs.createdAt))
    .limit(1)
    .get();
}

const isSame = (job: JobRow, input: OpenAiImageCreate) =>
  JSON.stringify(job.asked?.input) === JSON.stringify({ ...input });
