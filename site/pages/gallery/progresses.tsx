// A job's progress in each of its states.

import { EMBEDDED_BASE } from "../../../schema/bases/index.ts";
import type { Generation, JobStatus } from "../../api.ts";
import { JobProgress } from "../../ui/job-progress.tsx";

const BEGUN = "2026-01-01T00:00:00.000Z";
const NOW = Date.parse(BEGUN) + 8_000;
const STATES: readonly JobStatus[] = ["queued", "running", "succeeded", "failed", "canceled"];

function jobIn(status: JobStatus): Generation {
  return {
    ...{ id: "job_gallery", kind: "sample", status, priority: "normal", base: EMBEDDED_BASE.id, metrics: {} },
    ...{ cost: { credits: 24, refunded: 0 }, created_at: BEGUN, started_at: BEGUN, finished_at: null },
    ...{ progress: status === "running" ? { step: 8, total: 24, message: "denoising" } : null },
    ...{ queue_position: status === "queued" ? 3 : null, cancel_requested: false, warnings: [], error: null },
    ...{ url: "", events_url: "", waits_for: null, result: null },
    request: {
      ...{ composition_id: null, prompt: "", negative_prompt: "", seed: 1, steps: 24, guidance: 1 },
      ...{ size: "256x256", count: 1, adapters: [] },
    },
  };
}

export function Progresses() {
  return STATES.map((status) => <JobProgress key={status} job={jobIn(status)} now={NOW} />);
}
