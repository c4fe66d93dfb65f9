// A running job: status, progress, remaining time. Announces only changes of state and each quarter to screen readers.

import type { Job } from "../api.ts";
import { countOf, durationOf, remainingSeconds } from "./format.ts";
import { ProgressBar } from "./progress-bar.tsx";

export function statusText(job: Job): string {
  if (job.cancel_requested && (job.status === "running" || job.status === "queued")) return "Stopping";
  switch (job.status) {
    case "queued":
      if (job.queue_position === null) {
        return job.kind === "sample" && job.waits_for ? "Waiting for the training" : "Waiting for a runner";
      }
      return job.queue_position <= 1
        ? "Next in the queue"
        : `${countOf(job.queue_position - 1, "job")} ahead`;
    case "running":
      return capitalised(job.progress?.message || "Running");
    case "succeeded":
      return "Done";
    case "failed":
      return "Failed";
    case "canceled":
      return "Canceled";
  }
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export function JobProgress({ job, now }: { job: Job; now: number }) {
  const { step, total } = job.progress ?? { step: 0, total: 0 };
  const share = total > 0 ? Math.min(1, step / total) : 0;
  const elapsed = job.started_at ? (now - Date.parse(job.started_at)) / 1000 : 0;
  const left = remainingSeconds(step, total, elapsed);
  const running = job.status === "running" && total > 0;
  const isOpen = job.status === "running" || job.status === "queued";
  const quarter = Math.floor(share * 4) * 25;
  return (
    <div class="job-progress">
      <div class="card-line">
        <strong>{statusText(job)}</strong>
        <span class="quiet numbers">
          {running && `${step} of ${total}`}
          {running && left !== null && ` · about ${durationOf(left)} left`}
        </span>
      </div>
      {isOpen && <ProgressBar label="Progress" running={running} share={share} />}
      <p class="visually-hidden" role="status">
        {running ? `${quarter} percent` : statusText(job)}
      </p>
    </div>
  );
}
