// The recipe of one picture: the order, the model's input, and the cost.

import { CopyButton } from "../../ui/copy-button.tsx";
import { costOf, durationOf } from "../../ui/format.ts";
import { Warnings } from "../../ui/warnings.tsx";
import type { Result } from "../../workspace/document.ts";

export function imageAlt({ order, image }: Pick<Result, "order" | "image">): string {
  return `Picture of: ${order.request.prompt}${image.seed === null ? "" : `. Seed ${image.seed}`}`;
}

function recipeText({ order, image }: Result): string {
  return JSON.stringify(image.recipe ?? { ...order.request, seed: image.seed }, null, 2);
}

export function Recipe({ result }: { result: Result }) {
  const { order, image } = result;
  const { request } = order;
  const seconds =
    order.started_at && order.finished_at
      ? (Date.parse(order.finished_at) - Date.parse(order.started_at)) / 1000
      : null;
  const { seed } = image;
  const drawn = image.recipe?.rendered;
  return (
    <section class="result panel" aria-label="Recipe">
      <Warnings warnings={order.warnings} />
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
        <Fact name="Seed" value={String(seed ?? "unknown")} />
        <Fact name="Size" value={`${image.width} × ${image.height}`} />
        <Fact name="Steps, guidance" value={`${request.steps}, ${request.guidance}`} />
        <Fact name="Generated in" value={seconds === null ? "unknown" : durationOf(seconds)} />
        <Fact name="Cost" value={costOf(order.cost)} />
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
      <div class="actions">
        <CopyButton text={() => recipeText(result)} label="Copy recipe" />
      </div>
      <p class="hint">The file carries this recipe. Drop it on this page later and everything is restored.</p>
    </section>
  );
}

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd class="numbers">{value}</dd>
  </div>
);
