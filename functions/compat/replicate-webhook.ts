// The messages of the webhook that a prediction or training of Replicate's API names.

import type { JobRow } from "../../schema/tables.ts";
import { predictionsJson, type Root, trainingsJson } from "./replicate-json.ts";

const REPLICATE_PREFIX = "/replicate/v1";

/** The job as it was when `status` was reached; later changes are left out. */
export async function webhookBodies(
  place: Omit<Root, "root">,
  job: JobRow,
  status: JobRow["status"],
): Promise<unknown[]> {
  const root = { ...place, root: `${place.origin}${REPLICATE_PREFIX}` };
  const then: JobRow =
    status === job.status
      ? job
      : { ...job, status, finishedAt: null, error: null, progress: null, versionId: null };
  const [json] =
    job.kind === "sample" ? await predictionsJson(root, [then]) : await trainingsJson(root, [then]);
  if (!json) throw new Error(`Job ${job.id} has no JSON`);
  return [json, { ...json, logs: "" }, { ...json, logs: "", input: {} }];
}
