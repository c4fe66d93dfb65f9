// Failed jobs, newest first, each with its error. A job can be replayed: that creates a new job of its owner.

import { useState } from "preact/hooks";
import { type FailedJob, operations } from "../../api-operations.ts";
import type { Failure } from "../../failure.ts";
import { agoOf, countOf } from "../../ui/format.ts";
import { More } from "../../ui/more.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { useList } from "../../ui/use-list.ts";
import { KINDS } from "./overview.tsx";

export function Failures({ now }: { now: number }) {
  const list = useList<FailedJob>("failures", operations.failures);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState<string | null>(null);

  const replay = async (job: FailedJob) => {
    setBusy(job.id);
    const reply = await operations.replay(job.id);
    setBusy(null);
    setFailure(reply.ok ? null : reply.failure);
    if (!reply.ok) return;
    list.change((before) =>
      before.map((each) => (each.id === job.id ? { ...each, replayed_as: reply.value.job_id } : each)),
    );
  };
  return (
    <section aria-labelledby="failures">
      <h2 id="failures">Failures</h2>
      {list.failure && <FailureNotice failure={list.failure} again={list.again} />}
      {failure && <FailureNotice failure={failure} />}
      {list.isEmpty && <p class="quiet">No job has failed.</p>}
      <ol class="failures" aria-busy={list.waiting}>
        {list.items.map((job) => (
          <li key={job.id}>
            <div>
              <strong>{job.error?.message ?? "No reason was given."}</strong>
              <p class="quiet">
                {KINDS[job.kind]} · {job.base} · {job.owner} · {countOf(job.attempts, "run")} ·{" "}
                {agoOf(job.finished_at, now)}
              </p>
              <p class="quiet">
                <code>{job.error?.code}</code> <code>{job.id}</code>
              </p>
            </div>
            {job.replayed_as ? (
              <p class="quiet" role="status">
                Replayed as <code>{job.replayed_as}</code>
              </p>
            ) : (
              <button
                type="button"
                class="button small"
                disabled={busy === job.id}
                onClick={() => replay(job)}
              >
                Replay
              </button>
            )}
          </li>
        ))}
      </ol>
      <More list={list} words="More" small />
    </section>
  );
}
