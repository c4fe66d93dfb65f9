// One line under the canvas about the browser's preview: the question before the first download, its progress, what it left out, on and off.

import { bytesOf, durationOf } from "../../ui/format.ts";
import { PREVIEW_REMEDIES } from "./preview-remedies.ts";
import type { LivePreview } from "./use-live-preview.ts";

export function PreviewLine(props: {
  preview: LivePreview;
  /** The form has members that the preview could draw. */
  useful: boolean;
  locked: boolean;
  onSeed: (seed: number) => void;
}) {
  const { preview } = props;
  const { consent, setConsent } = preview;
  if (!preview.files || !props.useful) return null;
  if (preview.unable) {
    return (
      <p class="preview-line quiet" title={preview.unable.remedy}>
        {`No preview here: ${preview.unable.reason}`}
      </p>
    );
  }
  if (consent === "ask") return <Question preview={preview} />;
  return (
    <div class="preview-line">
      <label class="check">
        <input
          type="checkbox"
          checked={consent === "on"}
          onChange={(event) => setConsent(event.currentTarget.checked ? "on" : "off")}
        />
        <span>Preview in the browser</span>
      </label>
      {consent === "on" && (
        <>
          <span class="quiet numbers">{textOf(preview)}</span>
          {preview.state.kind === "finished" && !props.locked && (
            <button type="button" class="chip" onClick={() => props.onSeed(preview.seed)}>
              Keep its seed
            </button>
          )}
        </>
      )}
      <span class="visually-hidden" role="status">
        {consent === "on" ? spoken(preview) : ""}
      </span>
    </div>
  );
}

function Question({ preview: { kept, bytes, setConsent } }: { preview: LivePreview }) {
  return (
    <div class="preview-line preview-question">
      <span>
        {`Draw a rough preview on the canvas while you edit, in this browser and at no cost? ${
          kept ? "Its files are on this device." : `It downloads ${bytesOf(bytes)} once.`
        }`}
      </span>
      <div>
        <button type="button" class="button small" onClick={() => setConsent("on")}>
          Turn on
        </button>
        <button type="button" class="button small plain" onClick={() => setConsent("off")}>
          No
        </button>
      </div>
    </div>
  );
}

function textOf({ state, bytes }: LivePreview): string {
  switch (state.kind) {
    case "downloading":
      return `Fetching ${bytesOf(state.share * bytes)} of ${bytesOf(bytes)}`;
    case "opening":
      return "Getting ready";
    case "sampling":
      return `Step ${state.step} of ${state.total}`;
    case "failed":
      return [PREVIEW_REMEDIES[state.failure], state.detail].filter(Boolean).join(" ");
    case "finished": {
      const { seconds, request, rendered, unknown } = state;
      return [
        `Rough, seed ${request.seed}, ${durationOf(seconds)}.`,
        rendered.length < request.cells && "People without an adapter appear with Generate only.",
        unknown.length > 0 && `The base does not know: ${unknown.join(", ")}.`,
      ]
        .filter(Boolean)
        .join(" ");
    }
    default:
      return "";
  }
}

/** Announced at changes of state only, not at every step. */
function spoken({ state }: LivePreview): string {
  if (state.kind === "downloading") return "Fetching the preview's files";
  return state.kind === "finished" ? "The preview is ready" : "";
}
