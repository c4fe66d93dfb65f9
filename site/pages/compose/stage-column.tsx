// The middle of the compose page from top to bottom: canvas, tools of the picture on it, preview line, notices, results.

import type { Adapter, Region } from "../../api.ts";
import { canvasOf, type Form } from "../../composition/form.ts";
import type { Result, Workspace } from "../../workspace/document.ts";
import { CanvasPanel } from "./canvas-panel.tsx";
import { JobNotices } from "./job-notices.tsx";
import { PreviewLine } from "./preview-line.tsx";
import { PreviewPicture } from "./preview-picture.tsx";
import { type Remark, RemarkNotice } from "./remark.tsx";
import { ShownBar } from "./shown-bar.tsx";
import { isAlike } from "./stale.ts";
import { Strip } from "./strip.tsx";
import type { Composer } from "./use-composer.ts";
import type { LivePreview } from "./use-live-preview.ts";

/** A picture of ours that was dropped on the page, with the form that its recipe makes. */
export interface DroppedPicture {
  form: Form;
  url: string;
}

export function StageColumn(props: {
  composer: Composer;
  workspace: Workspace;
  shown: Result | null;
  boxes: boolean;
  preview: LivePreview;
  dropped: DroppedPicture | null;
  remark: Remark | null;
  onBoxes: () => void;
  onDrawn: (region: Region) => void;
  onPick: () => void;
  onQuickPick: (adapter: Adapter) => void;
}) {
  const { composer, workspace, shown, preview } = props;
  const { form, known, jobs, change, dispatch } = composer;
  return (
    <div class="compose-stage">
      <CanvasPanel
        workspace={workspace}
        form={form}
        known={known}
        jobs={jobs}
        boxes={props.boxes}
        preview={<Backdrop dropped={props.dropped} preview={preview} form={form} />}
        onChange={change}
        onDrawn={props.onDrawn}
        onPick={props.onPick}
        onQuickPick={props.onQuickPick}
      />
      {shown && (
        <ShownBar
          composer={composer}
          workspace={workspace}
          shown={shown}
          boxes={props.boxes}
          onBoxes={props.onBoxes}
        />
      )}
      <PreviewLine
        preview={preview}
        useful={form.members.length > 0}
        locked={form.seed !== null}
        onSeed={(seed) => change({ type: "set", values: { seed } })}
      />
      <JobNotices workspace={workspace} jobs={jobs} onDismiss={(job) => dispatch({ type: "dismiss", job })} />
      {props.remark && <RemarkNotice remark={props.remark} onUndo={() => dispatch({ type: "undo" })} />}
      <Strip
        workspace={workspace}
        live={jobs.live}
        onShow={(id) => dispatch({ type: "show", id })}
        onDismiss={(job) => dispatch({ type: "dismiss", job })}
        onRemove={(ids) => dispatch({ type: "remove", ids, at: Date.now() })}
      />
    </div>
  );
}

/** Under the boxes while composing: a picture that was dropped here, else the browser's preview. */
function Backdrop(props: { dropped: DroppedPicture | null; preview: LivePreview; form: Form }) {
  const { dropped, preview, form } = props;
  const { pixels } = preview;
  const { width, height } = canvasOf(form.size);
  if (dropped && isAlike(dropped.form, form)) return <img src={dropped.url} alt="What was dropped here" />;
  // One of another size is of another canvas.
  if (!pixels || pixels.width * height !== pixels.height * width) return null;
  return <PreviewPicture pixels={pixels} finished={preview.finished} prompt={form.prompt} />;
}
