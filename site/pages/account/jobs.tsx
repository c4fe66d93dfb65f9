// Trainings and generations of this account, newest first.

import { api, type Generation, type JobStatus, type Training } from "../../api.ts";
import { hashOf } from "../../composition/link.ts";
import { formOfRecipe } from "../../composition/recipe.ts";
import { agoOf, costOf } from "../../ui/format.ts";
import { More } from "../../ui/more.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Picture } from "../../ui/picture.tsx";
import { trainedName } from "../../ui/trained-name.ts";
import { useList } from "../../ui/use-list.ts";

const PAGE = 12;
const TONES: Record<JobStatus, string> = {
  queued: "",
  running: "busy",
  succeeded: "good",
  failed: "bad",
  canceled: "",
};

const Status = ({ status }: { status: JobStatus }) => <span class={`tag ${TONES[status]}`}>{status}</span>;

export function Trainings() {
  const pages = useList("trainings", (at) => api.trainings({ limit: PAGE, ...at }));
  return (
    <section class="account-section" id="trainings">
      <h2>Trainings</h2>
      {pages.failure && <FailureNotice failure={pages.failure} again={pages.again} />}
      {pages.items.length > 0 && (
        <ul class="rows">
          {pages.items.map((training) => (
            <TrainingRow key={training.id} training={training} />
          ))}
        </ul>
      )}
      {pages.waiting && pages.items.length === 0 && <p class="quiet">Loading</p>}
      {pages.isEmpty && <p class="quiet">None yet.</p>}
      <More list={pages} small />
    </section>
  );
}

function TrainingRow({ training }: { training: Training }) {
  const { request, result } = training;
  return (
    <li>
      <Picture src={result?.samples[0] ?? request.images[0]?.url ?? null} alt="" class="row-thumb" />
      <span class="row-text">
        <a href={`/publish/?training=${training.id}`}>{trainedName(request)}</a>
        <span class="quiet">
          {`${request.images.length} pictures, ${request.steps} steps, ${costOf(training.cost)}, ${agoOf(training.created_at, Date.now())}`}
        </span>
        {training.error && <span class="fault">{training.error.message}</span>}
      </span>
      <Status status={training.status} />
    </li>
  );
}

export function Generations() {
  const pages = useList("generations", (at) => api.generations({ limit: PAGE, ...at }));
  return (
    <section class="account-section" id="pictures">
      <h2>Pictures</h2>
      {pages.failure && <FailureNotice failure={pages.failure} again={pages.again} />}
      {pages.isEmpty && (
        <Empty title="No picture yet">
          <p>Pick two people and put them side by side.</p>
          <div class="actions">
            <a class="button primary" href="/compose/">
              Compose a picture
            </a>
          </div>
        </Empty>
      )}
      <div class="picture-wall">
        {pages.items.map((generation) => (
          <GenerationTile key={generation.id} generation={generation} />
        ))}
      </div>
      <More list={pages} small />
    </section>
  );
}

/** Links to the compose page with the request restored. */
function GenerationTile({ generation }: { generation: Generation }) {
  const image = generation.result?.images[0];
  const form = formOfRecipe({ ...generation.request, seed: image?.seed ?? generation.request.seed });
  const [width = 1, height = 1] = generation.request.size.split("x").map(Number);
  return (
    <a
      class="wall-tile"
      href={`/compose/${form ? `#${hashOf(form)}` : ""}`}
      style={{ flexGrow: width / height, flexBasis: `${(width / height) * 10}rem` }}
      title={generation.request.prompt}
    >
      <Picture src={image?.url ?? null} alt={generation.request.prompt} width={width} height={height} />
      <span class="quiet">
        {generation.status !== "succeeded" && <Status status={generation.status} />}
        {` ${agoOf(generation.created_at, Date.now())} · ${costOf(generation.cost)}`}
      </span>
    </a>
  );
}
