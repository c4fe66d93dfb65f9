// Slot, licence and training of an adapter.

import {
  type AdapterWithVersions,
  api,
  type Base,
  type Foreign,
  type Licence,
  type Training,
  type Version,
} from "../../api.ts";
import { agoOf, durationOf } from "../../ui/format.ts";
import { patternOf, SlotPattern } from "../../ui/slot-pattern.tsx";
import { useReply } from "../../ui/use-reply.ts";

interface Props {
  adapter: AdapterWithVersions;
  version: Version | null;
  base: Base | null;
  mine: boolean;
}

export function Facts({ adapter, version, base, mine }: Props) {
  return (
    <div class="fact-panels">
      {version?.foreign ? (
        <ForeignFacts foreign={version.foreign} trigger={version.trigger} />
      ) : (
        <section class="panel">
          <h2>Its own axes</h2>
          {adapter.slot === null ? (
            <p class="quiet">No slot is reserved yet. Training reserves one.</p>
          ) : (
            <>
              {base ? (
                <SlotPattern base={base} owners={[{ name: adapter.title, slot: adapter.slot, index: 0 }]} />
              ) : (
                <div class="skeleton pattern-skeleton">Loading</div>
              )}
              <p class="quiet">
                {`Slot ${adapter.slot} of ${adapter.base}`}
                {base &&
                  ` owns ${base.rank} of ${patternOf(base).n} columns in each of ${base.layers.length} layers. Nobody else can train into them.`}
              </p>
            </>
          )}
        </section>
      )}
      <section class="panel">
        <h2>What you may do</h2>
        <LicenceTable licence={adapter.licence} owner={adapter.owner} />
        {adapter.credits && <p class="quiet adapter-credits">{adapter.credits}</p>}
      </section>
      {mine && version?.job_id && <TrainingFacts jobId={version.job_id} />}
    </div>
  );
}

const LAYOUTS: Record<Foreign["layout"], string> = {
  kohya: "kohya's scripts",
  peft: "PEFT",
  diffusers: "diffusers of 2023",
  lycoris: "LyCORIS",
};

/** What a LoRA of another program has in place of a slot. */
function ForeignFacts({ foreign, trigger }: { foreign: Foreign; trigger: string }) {
  const { layout, rank, layers, words, triggers, trained_on, licence } = foreign;
  return (
    <section class="panel">
      <h2>A LoRA of another program</h2>
      <p>
        It has no slot: it acts on other words and places as well, and changes other people in the picture. No
        picture with it is an exact composition.
      </p>
      <p class="quiet">
        {words === null ? (
          "It names no words of its own and always acts on the whole picture."
        ) : (
          <>
            Where the prompt names <code>{trigger}</code>, the base reads <code>{words}</code> there and the
            LoRA acts as far as that is attended to; otherwise on the whole picture.
          </>
        )}
      </p>
      <p class="quiet">{`Rank ${rank} in ${layers} layers, named as ${LAYOUTS[layout]} does.`}</p>
      <dl class="hashes">
        {trained_on !== null && <Said name="Trained on, it says" text={trained_on} />}
        {licence !== null && <Said name="Licence, it says" text={licence} />}
        {triggers.length > 0 && <Said name="Its words" text={triggers.join(", ")} />}
      </dl>
    </section>
  );
}

const Said = ({ name, text }: { name: string; text: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{text}</dd>
  </div>
);

const GRANTS: readonly (readonly [keyof Licence, string])[] = [
  ["commercial_use", "Commercial use"],
  ["derivatives", "Derivatives"],
  ["different_licence", "Another licence for derivatives"],
];

function LicenceTable({ licence, owner }: { licence: Licence; owner: string }) {
  return (
    <>
      <p class="licence-name">{licence.spdx}</p>
      <ul class="grants">
        {GRANTS.map(([grant, name]) => (
          <li key={grant}>
            <span class={`tag ${licence[grant] ? "good" : "bad"}`}>{licence[grant] ? "yes" : "no"}</span>
            {name}
          </li>
        ))}
        <li>
          <span class="tag">{licence.credit ? "must" : "free"}</span>
          {licence.credit ? `Name ${owner}` : "No credit needed"}
        </li>
      </ul>
    </>
  );
}

/** Its owner alone may read a training: others are not even asked for it. */
function TrainingFacts({ jobId }: { jobId: string }) {
  const training = useReply<Training>(() => api.training(jobId), [jobId]);
  const job = training.value;
  if (!job) return null;
  const seconds =
    job.started_at && job.finished_at
      ? (Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000
      : null;
  return (
    <section class="panel">
      <h2>Training</h2>
      <p class="quiet">
        {`${job.request.images.length} pictures, ${job.request.steps} steps`}
        {seconds !== null && `, ${durationOf(seconds)}`}
        {`, ${agoOf(job.created_at, Date.now())}. Seed ${job.request.seed}.`}
      </p>
      <div class="training-pictures">
        {job.request.images.map((image) => (
          <img key={image.url} src={image.url} alt={image.caption || "Training picture"} loading="lazy" />
        ))}
      </div>
      <p>
        <a href={`/publish/?training=${job.id}`}>Open the training</a>
      </p>
    </section>
  );
}
