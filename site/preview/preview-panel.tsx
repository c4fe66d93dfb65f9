// The preview panel below the canvas: starts a preview in the browser, says what it costs, shows progress, the picture, and errors.

import { previewFiles } from "virtual:preview-files";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Form, Known } from "../pages/compose/form.ts";
import { randomSeed } from "../pages/compose/settings.tsx";
import { bytesOf, durationOf } from "../ui/format.ts";
import { Icon } from "../ui/icon.tsx";
import { Notice } from "../ui/notice.tsx";
import "./preview.css";
import { capability } from "./capability.ts";
import { allKept, totalBytes } from "./files.ts";
import type { FailureKind, Pixels } from "./messages.ts";
import { isStale, PREVIEW_STEPS, requestOf } from "./request.ts";
import { type PreviewState, usePreview } from "./use-preview.ts";

const REMEDIES: Record<FailureKind, { title: string; remedy: string }> = {
  download: {
    title: "The preview's files did not arrive",
    remedy: "Check your connection and press Preview here again; what has arrived is kept.",
  },
  adapter: {
    title: "An adapter could not be used",
    remedy: "Take it out of the picture or choose another version of it. Generate may still work.",
  },
  prompt: {
    title: "The prompt does not fit the canvas",
    remedy: "Take a person out or choose a wider size.",
  },
  nobody: {
    title: "No member in the prompt",
    remedy:
      "Name someone you have picked in the prompt. People without an adapter appear with Generate only.",
  },
  memory: {
    title: "This device ran out of memory",
    remedy: "Close other tabs and try again, or press Generate, which runs on a server.",
  },
  internal: {
    title: "The preview broke off",
    remedy: "Try once more. If it happens again, press Generate, which runs on a server.",
  },
};

export function PreviewPanel({ form, known }: { form: Form; known: Known }) {
  const able = useMemo(capability, []);
  const files = known.base ? previewFiles[known.base.id] : undefined;
  const { state, pixels, busy, start, cancel } = usePreview();
  const [kept, setKept] = useState(false);
  const arrived = state.kind === "sampling" || state.kind === "canceled";
  useEffect(() => {
    if (files) allKept(files).then(setKept);
  }, [files, arrived]);

  if (!files || form.members.length === 0) return null;
  const request = requestOf(form, known, form.seed ?? 0);
  const rendered = state.kind === "finished" ? state : null;
  const stale = rendered !== null && isStale(rendered.request, request, form.seed !== null);

  return (
    <section class="preview panel" aria-labelledby="preview-title">
      <div class="preview-head">
        <h2 id="preview-title">Preview, generated in your browser</h2>
        {busy ? (
          <button type="button" class="button small" onClick={cancel}>
            Stop the preview
          </button>
        ) : (
          <button
            type="button"
            class="button small"
            disabled={!able.able || request === null}
            onClick={() => {
              if (!able.able || !request) return;
              start(files, able.threads, { ...request, seed: form.seed ?? randomSeed() });
            }}
          >
            <Icon name="image" />
            {rendered ? "Preview again" : "Preview here"}
          </button>
        )}
      </div>
      {able.able ? (
        <p class="quiet">
          {`Rough, in ${PREVIEW_STEPS} steps, at no cost. `}
          {kept ? "Its files are on this device." : `Downloads ${bytesOf(totalBytes(files))} once.`}
          {form.seed !== null && " With the chosen seed, Generate starts from the same noise."}
        </p>
      ) : (
        <Notice variant="info" title={able.reason}>
          <p>{able.remedy}</p>
        </Notice>
      )}
      <Progress state={state} total={totalBytes(files)} />
      {pixels && <PreviewPicture pixels={pixels} finished={rendered !== null} prompt={form.prompt} />}
      {rendered && <Remarks rendered={rendered} stale={stale} base={known.base?.title ?? ""} />}
      {state.kind === "canceled" && <p class="quiet">Stopped.</p>}
      {state.kind === "failed" && (
        <Notice variant="bad" title={REMEDIES[state.failure].title}>
          {state.detail && <p>{state.detail}</p>}
          <p>{REMEDIES[state.failure].remedy}</p>
        </Notice>
      )}
    </section>
  );
}

function Progress({ state, total }: { state: PreviewState; total: number }) {
  const { share, text } = progressOf(state, total);
  return (
    <>
      {text && (
        <div class="preview-progress">
          <span class="quiet numbers">{text}</span>
          <div
            class={`bar ${share === null ? "waiting" : ""}`}
            role="progressbar"
            aria-label="Preview"
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={share === null ? undefined : Math.round(share * 100)}
          >
            <div style={share === null ? {} : { transform: `scaleX(${share})` }} />
          </div>
        </div>
      )}
      <p class="visually-hidden" role="status">
        {spoken(state)}
      </p>
    </>
  );
}

function progressOf(state: PreviewState, total: number): { share: number | null; text: string } {
  switch (state.kind) {
    case "downloading":
      return {
        share: state.share,
        text: `Fetching ${bytesOf(state.share * total)} of ${bytesOf(total)}`,
      };
    case "opening":
      return { share: null, text: "Getting ready" };
    case "sampling":
      return { share: state.step / state.total, text: `Step ${state.step} of ${state.total}` };
    default:
      return { share: null, text: "" };
  }
}

/** Announced to screen readers at changes of state only, not at every step. */
function spoken(state: PreviewState): string {
  if (state.kind === "downloading") return "Fetching the preview's files";
  if (state.kind === "opening") return "Getting ready";
  if (state.kind === "sampling") return "Generating the preview";
  return state.kind === "finished" ? "The preview is ready" : "";
}

function PreviewPicture({ pixels, finished, prompt }: { pixels: Pixels; finished: boolean; prompt: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    canvas.current
      ?.getContext("2d")
      ?.putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0);
  }, [pixels]);
  return (
    <canvas
      ref={canvas}
      class={`preview-picture ${finished ? "" : "frame"}`}
      width={pixels.width}
      height={pixels.height}
      role="img"
      aria-label={`${finished ? "Preview" : "Unfinished preview"} of: ${prompt}`}
    />
  );
}

function Remarks(props: {
  rendered: Extract<PreviewState, { kind: "finished" }>;
  stale: boolean;
  base: string;
}) {
  const { rendered, unknown, seconds, request } = props.rendered;
  return (
    <>
      <p class="quiet numbers">{`Seed ${request.seed}, generated in ${durationOf(seconds)}`}</p>
      {props.stale && <p class="quiet">You have changed settings since. Preview again to see them.</p>}
      {rendered.length < request.cells && (
        <p class="quiet">People without an adapter stay empty here: only Generate includes them.</p>
      )}
      {unknown.length > 0 && <p class="quiet">{`${props.base} does not know: ${unknown.join(", ")}.`}</p>}
    </>
  );
}
