// The review of a training: samples beside the pictures they were learned from, one row for each expression; and how it learned, step by step.

import { useEffect, useState } from "preact/hooks";
import { replay, type Training, type Version } from "../../api.ts";
import { formOfRecipe } from "../../composition/recipe.ts";
import { Enlarge } from "../../ui/enlarge.tsx";
import { Picture } from "../../ui/picture.tsx";
import { trainedName } from "../../ui/trained-name.ts";
import type { Frame } from "../../ui/use-job.ts";
import { type Row, type Sample, sideBySide } from "./side-by-side.ts";

/** `frames`: those that the page has seen itself; else the ones that are kept are asked for. */
export function Comparison(props: { training: Training; version: Version | null; frames: readonly Frame[] }) {
  const { training, version } = props;
  const { request, result } = training;
  const kept = useKeptFrames(training, props.frames.length > 0);
  const frames = props.frames.length > 0 ? props.frames : kept;
  const samples = version
    ? version.previews.map(({ url, recipe }) => ({ url, prompt: formOfRecipe(recipe)?.prompt ?? null }))
    : (result?.samples ?? []).map((url) => ({ url, prompt: null }));
  const rows = sideBySide(request.trigger, samples, request.images);
  return (
    <>
      <ul class="review-rows" data-pictures>
        {rows.map((row) => (
          <Compared key={row.sample?.url ?? row.words} row={row} name={trainedName(request)} />
        ))}
      </ul>
      {frames.length > 0 && (
        <Film frames={frames} last={samples[0] ?? null} steps={training.progress?.step ?? request.steps} />
      )}
    </>
  );
}

function Compared({ row, name: subject }: { row: Row; name: string }) {
  const { words, sample, trained } = row;
  const name = words || (sample ? subject : "other pictures");
  return (
    <li class="review-row">
      <h3>{words || (sample ? "No expression named" : "Not sampled")}</h3>
      {sample && (
        <figure>
          <Enlarge pictures={[{ src: sample.url, title: `Generated: ${name}` }]}>
            <Picture src={sample.url} alt={`Generated: ${name}`} eager />
          </Enlarge>
          <figcaption class="quiet">Generated</figcaption>
        </figure>
      )}
      {trained.map(({ url, caption }) => (
        <figure key={url}>
          <Enlarge pictures={[{ src: url, title: `Trained on: ${caption || name}` }]}>
            <img src={url} alt={`Trained on: ${caption || name}`} />
          </Enlarge>
          <figcaption class="quiet">{caption || "Trained on"}</figcaption>
        </figure>
      ))}
      {trained.length === 0 && <p class="quiet">No picture says this.</p>}
    </li>
  );
}

function Film({ frames, last, steps }: { frames: readonly Frame[]; last: Sample | null; steps: number }) {
  const shown = [
    ...frames.map(({ step, preview }) => ({ step, src: preview })),
    ...(last ? [{ step: steps, src: last.url }] : []),
  ];
  return (
    <section aria-label="Samples by step">
      <h3>Step by step</h3>
      <ol class="film" data-pictures>
        {shown.map(({ step, src }) => (
          <li key={src}>
            <Enlarge pictures={[{ src, title: `Sample at step ${step}` }]}>
              <img src={src} alt={`Sample at step ${step}`} />
            </Enlarge>
            <span class="quiet numbers">{step}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function useKeptFrames(training: Training, isKnown: boolean): readonly Frame[] {
  const [frames, setFrames] = useState<readonly Frame[]>([]);
  useEffect(() => {
    if (isKnown) return;
    setFrames([]);
    return replay(training, ({ step, preview }) => {
      if (preview) setFrames((before) => [...before, { step, preview }]);
    });
  }, [training.id, isKnown]);
  return frames;
}
