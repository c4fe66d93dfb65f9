// The middle of the compose page: what the canvas shows (a frame of the running job, the chosen picture, or the preview), its boxes, and
// notices about the job.

import type { ComponentChildren } from "preact";
import type { Adapter, Generation, Region } from "../../api.ts";
import { type Change, canvasOf, type Form, type Known } from "../../composition/form.ts";
import { shownIn, type Workspace } from "../../workspace/document.ts";
import { isOver, type Jobs } from "../../workspace/use-jobs.ts";
import { Invitation } from "./invitation.tsx";
import { JobOverlay } from "./job-overlay.tsx";
import { imageAlt } from "./result.tsx";
import { Stage } from "./stage.tsx";
import { isStaleResult } from "./stale.ts";
import { StoredPicture } from "./stored-picture.tsx";

export function CanvasPanel(props: {
  workspace: Workspace;
  form: Form;
  known: Known;
  jobs: Jobs;
  boxes: boolean;
  /** The browser's preview of the current form, if there is one. */
  preview: ComponentChildren;
  onChange: (change: Change) => void;
  onDrawn: (region: Region) => void;
  onPick: () => void;
  onQuickPick: (adapter: Adapter) => void;
}) {
  const { workspace, form, jobs } = props;
  const shown = shownIn(workspace);
  const running = shown ? null : runningIn(workspace);
  const live = running ? (jobs.live.get(running.id) ?? null) : null;
  const stale = shown !== null && isStaleResult(shown, form);
  const idle = !shown && !running && form.members.length === 0;
  const canvas = canvasOf(form.size);
  const size = shown ? shown.image : running ? canvasOf(running.request.size) : canvas;
  const picture = shown ? (
    <StoredPicture image={shown.image} alt={imageAlt(shown)} />
  ) : live?.frame && running ? (
    <img class="frame" src={live.frame} alt={`Unfinished, step ${running.progress?.step ?? 0}`} />
  ) : (
    props.preview
  );
  return (
    <Stage
      form={form}
      known={props.known}
      size={size}
      picture={picture}
      boxes={props.boxes}
      onChange={props.onChange}
      onDrawn={props.onDrawn}
    >
      {idle && <Invitation onPick={props.onPick} onQuickPick={props.onQuickPick} />}
      {stale && <p class="canvas-note">Not as composed now</p>}
      {running && <JobOverlay job={running} live={live} onCancel={() => jobs.cancel(running)} />}
    </Stage>
  );
}

/** The job that the canvas follows: the one that runs, else the next in the queue. */
export function runningIn({ pending }: Workspace): Generation | null {
  const open = pending.map(({ generation }) => generation).filter((job) => !isOver(job));
  return open.find(({ status }) => status === "running") ?? open[0] ?? null;
}
