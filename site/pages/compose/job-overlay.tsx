// The overlay on the canvas while a job waits or runs: place in the queue, seconds left, progress, and Stop. The boxes stay visible under it.

import { useEffect, useState } from "preact/hooks";
import type { Generation } from "../../api.ts";
import { durationOf } from "../../ui/format.ts";
import { statusText } from "../../ui/job-progress.tsx";
import { ProgressBar } from "../../ui/progress-bar.tsx";
import type { Live } from "../../workspace/use-jobs.ts";

export function JobOverlay(props: { job: Generation; live: Live | null; onCancel: () => void }) {
  const { job, live } = props;
  const now = useClock();
  const { step, total } = job.progress ?? { step: 0, total: 0 };
  const share = total > 0 ? Math.min(1, step / total) : 0;
  const running = job.status === "running" && total > 0;
  const left = live?.endsAt ? Math.max(0, (live.endsAt - now) / 1000) : null;
  return (
    <div class="job-overlay">
      <div class="job-line">
        <strong>{statusText(job)}</strong>
        <span class="numbers">
          {running && `${step} of ${total}`}
          {left !== null && left >= 1 && `${running ? ", " : ""}about ${durationOf(left)} left`}
        </span>
        {!job.cancel_requested && (
          <button type="button" class="button small" onClick={props.onCancel}>
            Stop
          </button>
        )}
      </div>
      <ProgressBar label="Progress of the picture" running={running} share={share} />
      <p class="visually-hidden" role="status">
        {running ? `${Math.floor(share * 4) * 25} percent` : statusText(job)}
      </p>
    </div>
  );
}

/** The present second. */
function useClock(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const clock = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(clock);
  }, []);
  return now;
}
