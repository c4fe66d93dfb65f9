// A finished generation: its pictures to choose from, and the recipe of the chosen one.

import type { GeneratedImage, Generation } from "../../api.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { costOf, durationOf } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Warnings } from "./crosstalk.tsx";

export function imageAlt(generation: Generation, image: GeneratedImage): string {
  return `Picture of: ${generation.request.prompt}${image.seed === null ? "" : `. Seed ${image.seed}`}`;
}

function recipeText(generation: Generation, image: GeneratedImage): string {
  return JSON.stringify(image.recipe ?? { ...generation.request, seed: image.seed }, null, 2);
}

export function Thumbs(props: {
  images: readonly GeneratedImage[];
  chosen: string;
  onChoose: (id: string) => void;
}) {
  if (props.images.length < 2) return null;
  return (
    <div class="thumbs">
      {props.images.map((image, i) => (
        <button
          type="button"
          key={image.id}
          aria-pressed={image.id === props.chosen}
          aria-label={`Picture ${i + 1} of ${props.images.length}`}
          onClick={() => props.onChoose(image.id)}
        >
          <img src={image.url} alt="" width={image.width} height={image.height} />
        </button>
      ))}
    </div>
  );
}

export function Result(props: {
  generation: Generation;
  image: GeneratedImage;
  onSeed: (seed: number) => void;
  onRestore: () => void;
  onPublish: () => void;
}) {
  const { generation, image } = props;
  const { request } = generation;
  const seconds =
    generation.started_at && generation.finished_at
      ? (Date.parse(generation.finished_at) - Date.parse(generation.started_at)) / 1000
      : null;
  const { seed } = image;
  const drawn = image.recipe?.rendered;
  return (
    <section class="result" aria-label="Recipe">
      <div class="actions">
        <a class="button small" href={image.url} download={`orthoplex-${seed ?? image.id}.png`}>
          <Icon name="download" />
          Download
        </a>
        <CopyButton text={() => recipeText(generation, image)} label="Copy recipe" />
        {seed !== null && (
          <button type="button" class="button small" onClick={() => props.onSeed(seed)}>
            <Icon name="dice" />
            Use this seed
          </button>
        )}
        <button type="button" class="button small" onClick={props.onRestore}>
          <Icon name="back" />
          Restore all settings
        </button>
        {request.adapters.length > 0 && (
          <button type="button" class="button small" onClick={props.onPublish}>
            <Icon name="upload" />
            Publish this mix
          </button>
        )}
      </div>
      <Warnings warnings={generation.warnings} />
      <dl class="facts">
        <div class="wide">
          <dt>Prompt</dt>
          <dd class="trigger">{request.prompt}</dd>
        </div>
        {typeof drawn === "string" && drawn !== "" && (
          <div class="wide">
            <dt>The full prompt, with everything filled in that yours left open</dt>
            <dd class="trigger">{drawn}</dd>
          </div>
        )}
        <div>
          <dt>Seed</dt>
          <dd class="numbers">{seed ?? "unknown"}</dd>
        </div>
        <div>
          <dt>Steps, guidance</dt>
          <dd class="numbers">{`${request.steps}, ${request.guidance}`}</dd>
        </div>
        <div>
          <dt>Generated in</dt>
          <dd class="numbers">{seconds === null ? "unknown" : durationOf(seconds)}</dd>
        </div>
        <div>
          <dt>Cost</dt>
          <dd class="numbers">{costOf(generation.cost)}</dd>
        </div>
        <div class="wide">
          <dt>Adapters</dt>
          <dd>
            {request.adapters.length === 0 && "none"}
            {request.adapters.map((member) => (
              <span class="tag" key={member.version_id}>{`${member.ref} at ${member.strength}`}</span>
            ))}
          </dd>
        </div>
      </dl>
      <p class="hint">The file carries this recipe. Drop it on this page later and everything is restored.</p>
    </section>
  );
}
