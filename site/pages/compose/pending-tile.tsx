// A job in the strip: waiting, running with its newest frame, or ended without a picture.

import { Icon } from "../../ui/icon.tsx";
import { statusText } from "../../ui/job-progress.tsx";
import type { Pending } from "../../workspace/document.ts";
import { isOver } from "../../workspace/use-jobs.ts";

export function PendingTile(props: {
  pending: Pending;
  frame: string | null;
  onShow: () => void;
  onDismiss: () => void;
}) {
  const { generation, place } = props.pending;
  const [width = 1, height = 1] = generation.request.size.split("x").map(Number);
  const text = place
    ? [place.x, place.y].filter(Boolean).join(", ") || statusText(generation)
    : statusText(generation);
  const style = { aspectRatio: `${width} / ${height}` };
  if (isOver(generation)) {
    return (
      <button
        type="button"
        class="strip-tile strip-ended"
        style={style}
        title={generation.error?.message ?? "Stopped"}
        aria-label={`${statusText(generation)}. ${generation.error?.message ?? ""} Remove it from the strip`}
        onClick={props.onDismiss}
      >
        <Icon name="close" />
        <span>{statusText(generation)}</span>
      </button>
    );
  }
  return (
    <button type="button" class="strip-tile strip-pending" style={style} onClick={props.onShow}>
      {props.frame && <img class="frame" src={props.frame} alt="" />}
      <span class="strip-where">{text}</span>
    </button>
  );
}
