// The middle of the compose page: the canvas with boxes or picture, progress below it, then the result.

import { useEffect, useState } from "preact/hooks";
import { type Adapter, api, type GeneratedImage, type Generation, type Region } from "../../api.ts";
import { previewOf } from "../../ui/adapter-card.tsx";
import { costOf } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { JobProgress } from "../../ui/job-progress.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Picture } from "../../ui/picture.tsx";
import { JOB_REMEDIES } from "../../ui/remedies.ts";
import type { LiveJob } from "../../ui/use-job.ts";
import { useReply } from "../../ui/use-reply.ts";
import type { Form, Known } from "./form.ts";
import { formOfRecipe } from "./recipe.ts";
import { imageAlt, Result, Thumbs } from "./result.tsx";
import { type Shown, Stage } from "./stage.tsx";

export function CanvasPanel(props: {
  form: Form;
  known: Known;
  live: LiveJob<Generation>;
  /** A picture that was dropped on the page, shown until a new one is generated. */
  dropped: string | null;
  onRegion: (ref: string, region: Region) => void;
  onPick: () => void;
  onQuickPick: (adapter: Adapter) => void;
  onSeed: (seed: number) => void;
  onRestore: (form: Form) => void;
  onPublish: (image: GeneratedImage) => void;
}) {
  const { form, live } = props;
  const { job } = live;
  const images = job?.result?.images ?? [];
  const [chosen, setChosen] = useState("");
  const [boxes, setBoxes] = useState(true);
  const image = images.find((each) => each.id === chosen) ?? images[0];
  const running = job?.status === "queued" || job?.status === "running";
  const frame = live.frames.at(-1);

  // A finished picture hides the boxes; they return when the form is edited.
  useEffect(() => setBoxes(image === undefined && props.dropped === null), [image, props.dropped]);

  const shown: Shown | null =
    job && image
      ? { src: image.url, alt: imageAlt(job, image), preview: false }
      : running && frame
        ? { src: frame.preview, alt: `Unfinished picture at step ${frame.step}`, preview: true }
        : props.dropped && !job
          ? { src: props.dropped, alt: "The picture that was dropped here", preview: false }
          : null;
  const idle = !job && !props.dropped && form.members.length === 0;

  return (
    <>
      <Stage
        form={form}
        known={props.known}
        shown={shown}
        boxes={boxes && !running}
        onRegion={props.onRegion}
      >
        {idle && <Invitation onPick={props.onPick} onQuickPick={props.onQuickPick} />}
      </Stage>
      <div class="under-stage">
        {job && running && <JobProgress job={job} now={live.now} />}
        {shown && !shown.preview && (
          <div class="card-line">
            {image && <Thumbs images={images} chosen={image.id} onChoose={setChosen} />}
            <button type="button" class="button small" aria-pressed={boxes} onClick={() => setBoxes(!boxes)}>
              {boxes ? "Hide boxes" : "Show boxes"}
            </button>
          </div>
        )}
        {job?.status === "failed" && job.error && (
          <Notice variant="bad" title="The picture could not be generated">
            <p>{job.error.message}</p>
            <p>{JOB_REMEDIES[job.error.code]}</p>
            <p class="quiet">{costOf(job.cost)}</p>
          </Notice>
        )}
        {job?.status === "canceled" && (
          <p class="quiet">{`Stopped. Nothing was kept. ${costOf(job.cost)}.`}</p>
        )}
        {job && image && (
          <Result
            generation={job}
            image={image}
            onSeed={props.onSeed}
            onPublish={() => props.onPublish(image)}
            onRestore={() => {
              const restored = formOfRecipe({ ...job.request, seed: image.seed });
              if (restored) props.onRestore(restored);
            }}
          />
        )}
      </div>
    </>
  );
}

/** The empty canvas: an instruction and the four most used adapters. */
function Invitation(props: { onPick: () => void; onQuickPick: (adapter: Adapter) => void }) {
  const popular = useReply((signal) => api.adapters({ sort: "most_used", limit: 4 }, signal), []);
  const adapters = (popular.value?.items ?? []).filter((adapter) => adapter.latest_version);
  return (
    <div class="invitation">
      <p>Who is in the picture?</p>
      <div class="invitation-people">
        {adapters.map((adapter) => (
          <button
            type="button"
            key={adapter.id}
            aria-label={`Add ${adapter.title}`}
            title={adapter.title}
            onClick={() => props.onQuickPick(adapter)}
          >
            <Picture src={previewOf(adapter)} alt="" />
          </button>
        ))}
        <button
          type="button"
          class="invitation-more"
          aria-label="Choose from the catalog"
          onClick={props.onPick}
        >
          <Icon name="add" />
        </button>
      </div>
    </div>
  );
}
