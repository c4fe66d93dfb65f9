// One job: what it makes, its state, time and cost, and what can be done about it. Follows a job that still runs.

import { useEffect, useMemo } from "preact/hooks";
import { api, type Generation, type JobStatus, type Training } from "../../api.ts";
import { hashOf } from "../../composition/link.ts";
import { formOfRecipe } from "../../composition/recipe.ts";
import { JOB_REMEDIES } from "../../remedies.ts";
import { Enlarge } from "../../ui/enlarge.tsx";
import { agoOf, costOf, countOf, durationOf } from "../../ui/format.ts";
import type { FullPicture } from "../../ui/full-picture.ts";
import { JobProgress } from "../../ui/job-progress.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Picture } from "../../ui/picture.tsx";
import { trainedName } from "../../ui/trained-name.ts";
import { useJob } from "../../ui/use-job.ts";
import { useSend } from "../../ui/use-send.ts";
import { isOpen, orderAgain, ranFor } from "./query.ts";

const TAGS: Record<JobStatus, string> = {
  queued: "",
  running: "busy",
  succeeded: "good",
  failed: "bad",
  canceled: "",
};

export function JobRow(props: {
  first: Generation | Training;
  onChange: (job: Generation | Training) => void;
  onAdd: (job: Generation) => void;
}) {
  // A row is followed from the job as the list brought it; later states come through the stream.
  const first = useMemo(() => props.first, [props.first.id]);
  const live = useJob(isOpen(first) ? first : null);
  const job = live.job ?? props.first;
  useEffect(() => {
    if (!isOpen(job) && isOpen(props.first)) props.onChange(job);
  }, [job.status]);
  const { busy, failure, send } = useSend();
  const cancel = async () => {
    const reply = await send(() => api.cancel(job));
    if (reply.ok) props.onChange(reply.value);
  };
  const retry = async (generation: Generation) => {
    const reply = await send(() => api.generate(orderAgain(generation)));
    if (reply.ok) props.onAdd(reply.value);
  };
  return (
    <li class="job-row">
      <JobPicture job={job} />
      <div class="job-text">
        <p class="job-title">
          <a href={addressOf(job)}>{job.kind === "sample" ? job.request.prompt : trainedName(job.request)}</a>
        </p>
        <p class="quiet">{factsOf(job)}</p>
        {isOpen(job) && <JobProgress job={job} now={live.now} />}
        {job.error && <p class="fault">{`${job.error.message} ${JOB_REMEDIES[job.error.code]}`}</p>}
        {failure && <FailureNotice failure={failure} />}
      </div>
      <div class="job-end">
        <span class={`tag ${TAGS[job.status]}`}>{job.status}</span>
        {isOpen(job) && !job.cancel_requested && (
          <button type="button" class="button small" disabled={busy} onClick={cancel}>
            Cancel
          </button>
        )}
        {(job.status === "failed" || job.status === "canceled") && job.kind === "sample" && (
          <button type="button" class="button small" disabled={busy} onClick={() => retry(job)}>
            Retry
          </button>
        )}
      </div>
    </li>
  );
}

/** In its own proportions: a row of faces is not cut to a square. */
function JobPicture({ job }: { job: Generation | Training }) {
  const pictures = picturesOf(job);
  const [width = 1, height = 1] = job.kind === "sample" ? job.request.size.split("x").map(Number) : [];
  return (
    <div class="job-picture" style={{ "--ratio": width / height }}>
      <Enlarge pictures={pictures}>
        <Picture
          src={pictures[0]?.src ?? null}
          alt=""
          width={width}
          height={height}
          sizes="(min-width: 40rem) 9rem, 6rem"
        />
      </Enlarge>
    </div>
  );
}

function picturesOf(job: Generation | Training): FullPicture[] {
  if (job.kind === "sample") {
    const { prompt } = job.request;
    return (job.result?.images ?? []).map(({ url, recipe }) => ({ src: url, title: prompt, recipe }));
  }
  const { images } = job.request;
  const name = trainedName(job.request);
  const samples = job.result?.samples ?? [];
  return [
    ...samples.map((src) => ({ src, title: `${name}, sample` })),
    ...images.map(({ url, caption }) => ({ src: url, title: caption || `${name}, training picture` })),
  ];
}

function factsOf(job: Generation | Training): string {
  const ran = ranFor(job);
  const what =
    job.kind === "sample"
      ? `${countOf(job.request.count, "picture")}, ${job.request.size}, ${job.request.steps} steps`
      : `${countOf(job.request.images.length, "picture")}, ${job.request.steps} steps`;
  const parts = [
    what,
    costOf(job.cost),
    ran === null ? null : durationOf(ran),
    agoOf(job.created_at, Date.now()),
  ];
  return [...parts, job.priority === "normal" ? null : `${job.priority} priority`]
    .filter(Boolean)
    .join(" · ");
}

function addressOf(job: Generation | Training): string {
  if (job.kind === "train") return `/publish/?training=${job.id}`;
  const form = formOfRecipe({ ...job.request, seed: job.result?.images[0]?.seed ?? job.request.seed });
  return `/compose/${form ? `#${hashOf(form)}` : ""}`;
}
