// The deep scan of a version: reads the whole file once, measures it and compares it with what others have published. Idempotent: a
// version gets one result, however often its message comes. An unexpected error throws, and the message is retried.

import { and, eq, sql } from "drizzle-orm";
import { shortened } from "../../schema/contract/cut-text.ts";
import type { Certificate, SCAN_CHECKS, ScanReport } from "../../schema/contract/scans.ts";
import type { VersionRow } from "../../schema/tables.ts";
import { blobs, versions } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { hex } from "../lib/sha256.ts";
import { readerOf } from "../storage/blobs.ts";
import { headerOf } from "./adapter-file.ts";
import { type Measured, ValueChecker } from "./adapter-values.ts";
import { knownBase } from "./bases.ts";
import { duplicateOf, type Twin } from "./duplicates.ts";
import { ForeignValues } from "./foreign-values.ts";

export type FileFacts = { sha256: string; tensorsSha256: string; measured: Measured };
type Check = ScanReport["checks"][number];

/** Scans a version that has no result yet. Returns its row afterwards, or null if there is none. */
export async function scanVersion(
  env: Env,
  db: Db,
  id: VersionRow["id"],
  now: number,
): Promise<VersionRow | null> {
  const row = await db.select().from(versions).where(eq(versions.id, id)).get();
  if (row?.scanState !== "pending" || !(await isStored(db, row.sha256))) return row ?? null;
  const limit = knownBase(row.baseId).residual_norm_max;
  const facts = await measureFile(env, row, limit);
  const report = reportOf(row, facts, { limit, twin: await duplicateOf(db, row, facts.tensorsSha256), now });
  const passed = report.checks.every((check) => check.passed);
  const fails = sql`${Number(!passed)} and ${versions.state} = 'published'`;
  await db
    .update(versions)
    .set({
      scanState: passed ? "passed" : "failed",
      scan: report,
      scannedAt: now,
      tensorsSha256: facts.tensorsSha256,
      // A published version is yanked: nobody should merge it any more.
      yankReason: sql`case when ${fails} then ${faultOf(report)} else ${versions.yankReason} end`,
      yankedAt: sql`case when ${fails} then ${now} else ${versions.yankedAt} end`,
      yankedBy: sql`case when ${fails} then 'scan' else ${versions.yankedBy} end`,
      state: sql`case when ${fails} then 'yanked' else ${versions.state} end`,
    })
    .where(and(eq(versions.id, id), eq(versions.scanState, "pending")));
  return (await db.select().from(versions).where(eq(versions.id, id)).get()) ?? null;
}

/** Bytes that were purged, or deleted with their owner, are not scanned. */
const isStored = async (db: Db, sha256: string) =>
  (await db.select({ one: sql`1` }).from(blobs).where(eq(blobs.sha256, sha256)).get()) !== undefined;

/** The failed checks, in one sentence each. */
export const faultOf = (report: ScanReport | null) =>
  (report?.checks ?? [])
    .filter(({ passed }) => !passed)
    .map(({ detail }) => detail)
    .join(" ");

/** Both hashes and all values, in one pass over the stored bytes. */
async function measureFile(env: Env, row: VersionRow, normMax: number): Promise<FileFacts> {
  const read = readerOf(env, row.sha256);
  const header = await headerOf(read, row.sizeBytes);
  const dataOffset = header.kind === "header" ? header.dataOffset : row.sizeBytes;
  const places = header.kind === "header" ? header.tensors : {};
  const values = row.foreign ? new ForeignValues(places) : new ValueChecker(places, normMax);
  const whole = new crypto.DigestStream("SHA-256");
  const tensors = new crypto.DigestStream("SHA-256");
  const [wholeWriter, tensorsWriter] = [whole.getWriter(), tensors.getWriter()];
  let at = 0;
  for await (const chunk of await read(0, row.sizeBytes)) {
    await wholeWriter.write(chunk);
    const data = chunk.subarray(Math.min(chunk.length, Math.max(0, dataOffset - at)));
    if (data.length > 0) {
      await tensorsWriter.write(data);
      values.take(data);
    }
    at += chunk.length;
  }
  await Promise.all([wholeWriter.close(), tensorsWriter.close()]);
  return {
    sha256: hex(await whole.digest),
    tensorsSha256: hex(await tensors.digest),
    measured: values.measured(),
  };
}

/** The check of a version's certificate, if it has one. */
function certificateChecks({ certificate }: Pick<VersionRow, "certificate">): Check[] {
  if (!certificate) return [];
  const fault = certificateFault(certificate);
  const silent = `Changes nothing when not called: ${certificate.prompts.length} pictures that do not name it are the same bytes with and without it.`;
  return [{ name: "certificate", passed: fault === null, detail: fault ?? silent }];
}

/** Why a certificate shows that an adapter changes pictures that do not name it, or null. The hashes are compared; `unchanged` alone is not trusted. */
export function certificateFault(certificate: Certificate): string | null {
  const changed = certificate.prompts.find((_, i) => certificate.with[i] !== certificate.without[i]);
  if (certificate.unchanged && changed === undefined) return null;
  const prompt = changed ?? certificate.prompts[0] ?? "";
  return `It changes pictures that do not call it: "${shortened(prompt, 100)}" is drawn differently with it attached.`;
}

/** The result that follows from the facts. Pure. */
export function reportOf(
  row: Pick<VersionRow, "sha256" | "metadata" | "certificate" | "foreign">,
  { sha256, tensorsSha256, measured }: FileFacts,
  { limit, twin, now }: { limit: number; twin: Twin | null; now: number },
): ScanReport {
  const { count, zeros, finite, norms } = measured;
  const largest = finite ? Math.max(0, ...norms) : 0;
  const mean = finite && norms.length > 0 ? norms.reduce((sum, norm) => sum + norm, 0) / norms.length : 0;
  const zeroShare = count > 0 ? zeros / count : 0;
  const sound = sha256 === row.sha256 && tensorsSha256 === row.metadata.tensors_sha256;
  const check = (name: (typeof SCAN_CHECKS)[number], passed: boolean, yes: string, no: string): Check => ({
    ...{ name, passed },
    detail: passed ? yes : no,
  });
  const normsCheck = () =>
    check(
      "norms",
      finite && largest <= limit,
      `The largest layer has norm ${largest.toFixed(2)} of at most ${limit}.`,
      finite
        ? `A layer has norm ${largest.toFixed(1)}, above ${limit}.`
        : "Norms cannot be measured of values that are not finite.",
    );
  return {
    checks: [
      check(
        "hashes",
        sound,
        "The stored bytes are the ones that were announced.",
        "The stored bytes are not the ones that were announced.",
      ),
      check(
        "values",
        finite && zeros < count,
        `All ${count.toLocaleString("en-US")} values are finite, ${(100 * zeroShare).toFixed(1)} % of them 0.`,
        finite ? "Every value is 0: this adapter does nothing." : "Some values are not finite.",
      ),
      ...(row.foreign ? [] : [normsCheck()]),
      check(
        "duplicate",
        twin === null,
        "Nobody else has published these tensors.",
        twin?.ref
          ? `The same tensors are published as ${twin.ref}.`
          : "Somebody else has published the same tensors.",
      ),
      ...certificateChecks(row),
    ],
    sha256,
    autov2: sha256.slice(0, 10).toUpperCase(),
    tensors_sha256: tensorsSha256,
    values: { count, zero_share: zeroShare },
    norms: row.foreign ? null : { largest, mean, limit },
    scanned_at: new Date(now).toISOString(),
  };
}
