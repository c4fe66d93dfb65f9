// A running training: its latest sample, progress and loss; and a button to cancel it.

import { useState } from "preact/hooks";
import type { Training } from "../../api.ts";
import { JOB_REMEDIES } from "../../remedies.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { costOf } from "../../ui/format.ts";
import { JobProgress } from "../../ui/job-progress.tsx";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { trainedName } from "../../ui/trained-name.ts";
import type { LiveJob } from "../../ui/use-job.ts";
import { againUrl } from "./again.ts";
import { lossPoints } from "./loss.ts";
import { LossLine } from "./loss-line.tsx";
import { PictureAfter } from "./picture-after.tsx";

export function TrainingWatch({ live }: { live: LiveJob<Training> }) {
  const [asking, setAsking] = useState(false);
  const { job, frames } = live;
  if (!job) return null;
  const { request } = job;
  const over = job.status === "failed" || job.status === "canceled";
  const newest = frames.at(-1);
  return (
    <div class="watch">
      <div class="watch-picture">
        {newest ? (
          <img
            src={newest.preview}
            alt={`${trainedName(request)} as the model generates it at step ${newest.step}`}
          />
        ) : (
          <div class="watch-empty">
            {over ? (
              <p class="quiet">No sample was generated.</p>
            ) : (
              <>
                <div class="skeleton" />
                <p class="quiet">The first sample appears here after a few steps.</p>
              </>
            )}
          </div>
        )}
      </div>
      <div class="watch-side">
        <div>
          <h2>{trainedName(request)}</h2>
          <p class="quiet">
            <span class="trigger">{request.trigger}</span>
            {` · ${request.images.length} pictures · slot ${request.slot} · seed ${request.seed} · ${costOf(job.cost)}`}
          </p>
        </div>
        {!over && <JobProgress job={job} now={live.now} />}
        {job.status === "failed" && job.error && (
          <Notice variant="bad" title="The training failed">
            <p>{job.error.message}</p>
            <p>{JOB_REMEDIES[job.error.code]}</p>
          </Notice>
        )}
        {job.status === "canceled" && (
          <Notice variant="info" title="The training was stopped">
            <p>Its slot stays reserved for this adapter, so you can train it again.</p>
          </Notice>
        )}
        {live.failure && <FailureNotice failure={live.failure} />}
        <LossLine points={lossPoints(live.readings)} total={job.progress?.total ?? request.steps} />
        <div class="training-pictures">
          {request.images.map((image) => (
            <img key={image.url} src={image.url} alt={image.caption || "Training picture"} loading="lazy" />
          ))}
        </div>
        {!over && !job.cancel_requested && <PictureAfter training={job} />}
        <div class="actions">
          {over ? (
            <a class="button primary" href={againUrl(job)}>
              Train again
            </a>
          ) : (
            <button
              type="button"
              class="button danger"
              disabled={job.cancel_requested}
              onClick={() => setAsking(true)}
            >
              {job.cancel_requested ? "Stopping" : "Stop training"}
            </button>
          )}
          {!over && <span class="quiet">You can close this page. The training goes on.</span>}
        </div>
      </div>
      {frames.length > 1 && (
        <ol class="film" aria-label="Samples so far">
          {frames.map((frame) => (
            <li key={frame.step}>
              <img src={frame.preview} alt={`Sample at step ${frame.step}`} />
              <span class="quiet numbers">{frame.step}</span>
            </li>
          ))}
        </ol>
      )}
      {asking && (
        <Dialog title="Stop this training?" shape="box" onClose={() => setAsking(false)}>
          <p class="owner-question">What was learned so far is dropped. The pictures and the slot stay.</p>
          <div class="actions">
            <button
              type="button"
              class="button danger"
              onClick={() => {
                setAsking(false);
                live.cancel();
              }}
            >
              Stop it
            </button>
            <button type="button" class="button" onClick={() => setAsking(false)}>
              Go on training
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
