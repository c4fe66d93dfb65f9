// The results of a succeeded run: pictures of a generation, or a draft version of a training. Every named output must be stored.

import { summaryOf } from "../../schema/contract/adapter-file.ts";
import type { Id } from "../../schema/contract/ids.ts";
import type { SampleSpec, Settle, TrainSpec } from "../../schema/contract/runner.ts";
import { knownBase } from "../catalog/bases.ts";
import { certificateFault } from "../catalog/scan.ts";
import { DRAFT_TTL_MS } from "../catalog/slots.ts";
import { dayOf } from "../catalog/trends.ts";
import { readAdapterFile } from "../catalog/versions.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { newId } from "../lib/ids.ts";
import { namedStatement } from "../lib/named-sql.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { outputsOfLease } from "../storage/uploads.ts";
import { readyDependents } from "./dependents.ts";
import { type OrderedInput, orderedRecipe, picturesFault, trainedFault } from "./ordered.ts";
import { insideFault, type PlacedOutput, placeOutputs } from "./placed-outputs.ts";
import { HOLDS_LEASE, holdsLease, type RunOfCaller, type SettledStatus } from "./run.ts";

export type Result = { statements: D1PreparedStatement[]; versionId: Id<"ver"> | null };
type JobFacts = {
  owner_id: Id<"usr">;
  kind: "sample" | "train";
  base_id: string;
  spec: string;
  inputs: string;
  adapter_id: Id<"adp">;
  composition_id: Id<"cmp"> | null;
  is_preview: number;
  /** Its owner ordered it for the page of a version of their own. */
  is_for_page: number;
  /** The runner is the owner's own: its pictures are not charged, and do not count as uses. */
  is_own_runner: number;
};

const JOB_FACTS = `
SELECT owner_id, kind, base_id, spec, inputs, adapter_id, request ->> 'composition_id' AS composition_id,
  request ->> 'preview_of' IS NOT NULL AS is_for_page,
  EXISTS (SELECT 1 FROM versions WHERE preview_job_id = jobs.id) AS is_preview,
  EXISTS (SELECT 1 FROM runners WHERE id = ?2 AND owner_id = jobs.owner_id) AS is_own_runner
FROM jobs WHERE id = ?1`;

const INSERT_IMAGE = `
INSERT INTO images (id, owner_id, sha256, content_type, width, height, role, job_id, position, seed, recipe, created_at)
SELECT :id, :owner, :sha256, :content_type, :width, :height, :role, :job, :position, :seed, :recipe, :now
WHERE ${holdsLease(":job", ":lease")}`;

const COUNT_USES = `
UPDATE adapters SET uses = uses + 1
WHERE id IN (SELECT adapter_id FROM versions WHERE id IN (SELECT value FROM json_each(?3))) AND ${HOLDS_LEASE}`;

/** The same per day, and per pair of adapters, for statistics and trends. */
const COUNT_DAY = `
INSERT INTO adapter_days (adapter_id, day, uses)
SELECT DISTINCT adapter_id, CAST(?4 AS INTEGER), 1 FROM versions
WHERE id IN (SELECT value FROM json_each(?3)) AND ${HOLDS_LEASE}
ON CONFLICT (adapter_id, day) DO UPDATE SET uses = uses + 1`;

const COUNT_PAIRS = `
INSERT INTO adapter_pairs (adapter_id, other_id, uses)
SELECT DISTINCT a.adapter_id, b.adapter_id, 1 FROM versions a JOIN versions b ON a.adapter_id <> b.adapter_id
WHERE a.id IN (SELECT value FROM json_each(?3)) AND b.id IN (SELECT value FROM json_each(?3)) AND ${HOLDS_LEASE}
ON CONFLICT (adapter_id, other_id) DO UPDATE SET uses = uses + 1`;

const COUNT_MIX = `
UPDATE mixes SET uses = uses + 1
WHERE id = (SELECT mix_id FROM compositions WHERE id = ?3) AND ${HOLDS_LEASE}`;

/** Unless its owner has chosen some in the meantime. */
const SHOW_PREVIEWS = `
UPDATE versions SET previews = ?3 WHERE preview_job_id = ?1 AND previews = '[]' AND ${HOLDS_LEASE}`;

/** What was published and changes pictures that do not call it is yanked, as after a failed scan. */
const KEEP_CERTIFICATE = `
UPDATE versions SET certificate = ?3,
  yank_reason = CASE WHEN ?4 IS NOT NULL AND state = 'published' THEN ?4 ELSE yank_reason END,
  yanked_at = CASE WHEN ?4 IS NOT NULL AND state = 'published' THEN ?5 ELSE yanked_at END,
  yanked_by = CASE WHEN ?4 IS NOT NULL AND state = 'published' THEN 'scan' ELSE yanked_by END,
  state = CASE WHEN ?4 IS NOT NULL AND state = 'published' THEN 'yanked' ELSE state END
WHERE preview_job_id = ?1 AND ${HOLDS_LEASE}`;

/** An account that was deleted in the meantime gets none: deleted-accounts.ts deletes the bytes. */
const INSERT_VERSION = `
INSERT INTO versions (id, adapter_id, number, base_id, slot, state, trigger_word, strength, changelog, previews, sha256,
  size_bytes, metadata, job_id, created_at, tensors_sha256, certificate, self_check)
SELECT :id, :adapter, (SELECT coalesce(max(number), 0) + 1 FROM versions WHERE adapter_id = :adapter), :base, :slot, 'draft', :trigger,
  :strength, '', :previews, :sha256, :size_bytes, :metadata, :job, :now, :tensors_sha256, :certificate, :self_check
WHERE ${holdsLease(":job", ":lease")} AND EXISTS (
  SELECT 1 FROM adapters JOIN users ON users.id = adapters.owner_id WHERE adapters.id = :adapter AND users.deleted_at IS NULL)`;

/** Renews the expiry of the draft's slot. */
const KEEP_SLOT = `
UPDATE slots SET expires_at = ?4 WHERE adapter_id = ?3 AND expires_at IS NOT NULL AND ${HOLDS_LEASE}`;

export async function prepareResult(
  { env, db, now }: { env: Env; db: Db; now: number },
  run: RunOfCaller,
  report: Settle,
  status: SettledStatus,
): Promise<Result | Refusal> {
  if (status !== "succeeded") return { statements: [], versionId: null };
  const placed = placeOutputs(report.outputs, await outputsOfLease(db, run.leaseId));
  if (placed instanceof Refusal) return placed;
  const job = await db.$client.prepare(JOB_FACTS).bind(run.jobId, run.runnerId).first<JobFacts>();
  if (!job) throw new Error(`Run ${run.id} belongs to no job`);
  return job.kind === "sample"
    ? sampleResult(env, db, { run, job, placed, report, now })
    : trainResult(env, db, { run, job, placed, report, now });
}

/** What a runner reported of a run, with the bytes that arrived. */
type Delivered = {
  run: RunOfCaller;
  job: JobFacts;
  placed: readonly PlacedOutput[];
  report: Settle;
  now: number;
};

async function sampleResult(
  env: Env,
  db: Db,
  { run, job, placed, report, now }: Delivered,
): Promise<Result | Refusal> {
  const spec = JSON.parse(job.spec) as SampleSpec;
  const inputs = JSON.parse(job.inputs) as OrderedInput[];
  const pictures = placed.filter(({ output }) => output.role === "image");
  const fault = picturesFault(job.base_id, spec, pictures, inputs);
  if (fault) return fault;
  const drawn = pictures.map((picture, i) => {
    const ordered = orderedRecipe(job.base_id, spec, i, inputs);
    const recipe = { ...picture.output.meta.recipe, ...ordered, adapters: adaptersOf(picture, ordered) };
    return { ...picture, seed: ordered.seed, recipe };
  });
  const other = await insideFault(env, drawn);
  if (other) return other;
  const images = insertImages({ db, now }, run, job, {
    placed: drawn,
    role: job.is_preview ? "preview" : "generation",
  });
  if (images instanceof Refusal) return images;
  const inserts = images.map(({ statement }) => statement);
  const bound = (sql: string, ...values: unknown[]) =>
    db.$client.prepare(sql).bind(run.jobId, run.leaseId, ...values);
  if (job.is_preview) {
    // The service ordered it, so it does not count as a use.
    const show = bound(SHOW_PREVIEWS, JSON.stringify(images.map(({ id }) => id)));
    const { certificate } = report;
    if (!certificate || job.is_own_runner) return { statements: [...inserts, show], versionId: null };
    const fault = certificateFault(certificate);
    const keep = bound(KEEP_CERTIFICATE, JSON.stringify(certificate), fault, now);
    return { statements: [...inserts, show, keep], versionId: null };
  }
  if (job.is_own_runner || job.is_for_page) return { statements: inserts, versionId: null };
  const used = JSON.stringify(spec.adapters.map((adapter) => adapter.version_id));
  const counts = [
    bound(COUNT_USES, used),
    bound(COUNT_DAY, used, dayOf(now)),
    bound(COUNT_PAIRS, used),
    ...(job.composition_id ? [bound(COUNT_MIX, job.composition_id)] : []),
  ];
  return { statements: [...inserts, ...counts], versionId: null };
}

async function trainResult(
  env: Env,
  db: Db,
  { run, job, placed, report, now }: Delivered,
): Promise<Result | Refusal> {
  const [artifact, ...others] = placed.filter(({ output }) => output.role === "adapter");
  if (!artifact || others.length > 0) {
    return refuse("output_missing", "A training leaves exactly one output of role adapter.", "/outputs");
  }
  const spec = JSON.parse(job.spec) as TrainSpec;
  const { sha256, sizeBytes } = artifact.upload;
  const file = await readAdapterFile(env, { baseId: job.base_id }, { sha256, sizeBytes }, spec.slot);
  if (file instanceof Refusal) {
    return refuse(file.code, file.detail, artifact.pointer, file.faults[0]?.reason);
  }
  const samples = placed.filter(({ output }) => output.role === "sample");
  const fault = trainedFault(knownBase(job.base_id), spec, { file, filePointer: artifact.pointer, samples });
  if (fault) return fault;
  const other = await insideFault(
    env,
    samples.map((sample) => ({ ...sample, recipe: null })),
  );
  if (other) return other;
  const shown = samples.map((sample) => {
    const { prompt } = sample.output.meta;
    return {
      ...sample,
      seed: sample.output.meta.seed ?? null,
      recipe: prompt === undefined ? null : { prompt },
    };
  });
  const images = insertImages({ db, now }, run, job, { placed: shown, role: "sample" });
  if (images instanceof Refusal) return images;
  const versionId = newId("ver", now);
  const version = namedStatement(db.$client, INSERT_VERSION, {
    job: run.jobId,
    lease: run.leaseId,
    id: versionId,
    adapter: job.adapter_id,
    base: job.base_id,
    slot: spec.slot,
    trigger: file.trigger,
    strength: Number(file.strength),
    previews: JSON.stringify(images.map(({ id }) => id)),
    sha256,
    size_bytes: sizeBytes,
    metadata: JSON.stringify(summaryOf(file)),
    now,
    tensors_sha256: file.tensors_sha256,
    // A certificate of the owner's own runner is not accepted, because nobody else can verify it.
    certificate: job.is_own_runner ? null : asJson(report.certificate),
    self_check: job.is_own_runner ? null : asJson(report.self_check),
  });
  const keep = db.$client.prepare(KEEP_SLOT).bind(run.jobId, run.leaseId, job.adapter_id, now + DRAFT_TTL_MS);
  const ready = readyDependents(db, run, versionId, now);
  return { statements: [...images.map(({ statement }) => statement), version, keep, ready], versionId };
}

const asJson = (value: object | null | undefined) => (value ? JSON.stringify(value) : null);

function insertImages(
  { db, now }: { db: Db; now: number },
  run: RunOfCaller,
  job: JobFacts,
  {
    placed,
    role,
  }: {
    placed: readonly (PlacedOutput & { seed: number | null; recipe: object | null })[];
    role: "generation" | "sample" | "preview";
  },
): { id: Id<"img">; statement: D1PreparedStatement }[] | Refusal {
  const inserts = [];
  for (const [position, { output, upload, pointer, seed, recipe }] of placed.entries()) {
    if (upload.width === null || upload.height === null) {
      return refuse("image_invalid", `${output.name} is not a picture.`, pointer, "type_unknown");
    }
    const id = newId("img", now);
    const statement = namedStatement(db.$client, INSERT_IMAGE, {
      job: run.jobId,
      lease: run.leaseId,
      id,
      owner: job.owner_id,
      sha256: upload.sha256,
      content_type: upload.contentType,
      width: upload.width,
      height: upload.height,
      role,
      position,
      seed,
      recipe: recipe && JSON.stringify(recipe),
      now,
    });
    inserts.push({ id, statement });
  }
  return inserts;
}

/** As the order names them, with the hashes that the runner has read. */
function adaptersOf({ output }: PlacedOutput, ordered: ReturnType<typeof orderedRecipe>) {
  const said = output.meta.recipe?.adapters;
  return ordered.adapters.map((adapter, i) => ({
    ...(Array.isArray(said) ? (said[i] as object) : {}),
    ...adapter,
  }));
}
