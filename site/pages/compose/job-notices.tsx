// Notices: why the last order was refused, or why the last job made no picture.

import { JOB_REMEDIES } from "../../remedies.ts";
import { costOf } from "../../ui/format.ts";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import type { Workspace } from "../../workspace/document.ts";
import type { Jobs } from "../../workspace/use-jobs.ts";

export function JobNotices(props: { workspace: Workspace; jobs: Jobs; onDismiss: (job: string) => void }) {
  const ended = props.workspace.pending.filter(({ generation }) => generation.status === "failed");
  const last = ended.at(-1)?.generation;
  return (
    <>
      {props.jobs.failure && <FailureNotice failure={props.jobs.failure} />}
      {last?.error && (
        <Notice variant="bad" title="The picture could not be generated">
          <p>{last.error.message}</p>
          <p>{JOB_REMEDIES[last.error.code]}</p>
          <p class="quiet">{costOf(last.cost)}</p>
          <div class="actions">
            <button type="button" class="button small" onClick={() => props.onDismiss(last.id)}>
              Dismiss
            </button>
          </div>
        </Notice>
      )}
    </>
  );
}
