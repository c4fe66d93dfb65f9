// The strength guide of an adapter: shown where its owner has published one. Its owner can generate it; everybody signed in can try it.

import { useEffect, useState } from "preact/hooks";
import { VERSION_PREVIEWS_MAX } from "../../../schema/contract/limits.ts";
import { api, type Generation, type Version } from "../../api.ts";
import { publishing } from "../../api-publish.ts";
import { Enlarge } from "../../ui/enlarge.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Picture } from "../../ui/picture.tsx";
import { useJob } from "../../ui/use-job.ts";
import { useAccount } from "../../ui/use-reply.ts";
import { useSend } from "../../ui/use-send.ts";
import { GUIDE_STRENGTHS, type GuideStep, guideOf, guideOrders } from "./strengths.ts";

export function StrengthGuide(props: {
  /** The id of the base. */
  base: string;
  version: Version;
  mine: boolean;
  /** Ordered at once and published when it is there, without a further question. */
  auto?: boolean;
  changed: () => void;
}) {
  const { base, version, mine, auto = false, changed } = props;
  const { steps } = guideOf(version.previews);
  const account = useAccount();
  const [jobs, setJobs] = useState<readonly Generation[]>([]);
  const [drawn, setDrawn] = useState<ReadonlyMap<string, string>>(new Map());
  const { busy, failure, send } = useSend();

  const draw = async () => {
    const ordered: Generation[] = [];
    for (const order of guideOrders(version, base, mine)) {
      const reply = await send(() => api.generate(order));
      if (!reply.ok) return;
      ordered.push(reply.value);
      setJobs([...ordered]);
    }
  };
  const keep = async () => {
    const before = version.previews.map(({ id }) => id);
    const previews = [...before, ...drawn.values()].slice(0, VERSION_PREVIEWS_MAX);
    const reply = await send(() => publishing.changeVersion(version.id, { previews }));
    if (reply.ok) changed();
  };
  const isDrawn = drawn.size === GUIDE_STRENGTHS.length;
  useEffect(() => {
    if (auto && steps.length === 0) draw();
  }, []);
  useEffect(() => {
    if (auto && isDrawn) keep();
  }, [isDrawn]);
  if (steps.length === 0 && !account && !auto) return null;
  const room = VERSION_PREVIEWS_MAX - version.previews.length;
  return (
    <section class="adapter-section">
      <h2>How strong</h2>
      <p class="quiet">
        {`The same seed and words at each strength. ${version.strength} is what its owner recommends.`}
      </p>
      {steps.length > 0 ? (
        <Row steps={steps} recommended={version.strength} />
      ) : jobs.length > 0 ? (
        <ol class="strengths" data-pictures>
          {jobs.map((job, i) => (
            <Drawing
              key={job.id}
              first={job}
              strength={GUIDE_STRENGTHS[i] ?? 0}
              onDrawn={(id) => setDrawn((before) => new Map(before).set(job.id, id))}
            />
          ))}
        </ol>
      ) : (
        <div class="actions">
          <button type="button" class="button" disabled={busy} onClick={draw}>
            {busy ? "Ordering" : `Draw it at ${GUIDE_STRENGTHS.length} strengths`}
          </button>
          <span class="quiet">{`${GUIDE_STRENGTHS.length} pictures of your credits.`}</span>
        </div>
      )}
      {mine && !auto && steps.length === 0 && isDrawn && (
        <div class="actions">
          <button
            type="button"
            class="button primary"
            disabled={busy || room < GUIDE_STRENGTHS.length}
            onClick={keep}
          >
            Publish this guide
          </button>
          {room < GUIDE_STRENGTHS.length && (
            <span class="quiet">{`A version has at most ${VERSION_PREVIEWS_MAX} previews; take some away first.`}</span>
          )}
        </div>
      )}
      {failure && <FailureNotice failure={failure} />}
    </section>
  );
}

function Row({ steps, recommended }: { steps: readonly GuideStep[]; recommended: number }) {
  return (
    <ol class="strengths" data-pictures>
      {steps.map(({ strength, url }) => (
        <li key={url} class={strength === recommended ? "chosen" : ""}>
          <Enlarge pictures={[{ src: url, title: `At strength ${strength}` }]}>
            <Picture src={url} alt={`At strength ${strength}`} />
          </Enlarge>
          <span class="numbers">{strength}</span>
        </li>
      ))}
    </ol>
  );
}

function Drawing(props: { first: Generation; strength: number; onDrawn: (image: string) => void }) {
  const { first, strength, onDrawn } = props;
  const { job, frames } = useJob(first);
  const image = job?.result?.images[0];
  const [reported, setReported] = useState(false);
  if (image && !reported) {
    setReported(true);
    onDrawn(image.id);
  }
  return (
    <li>
      <Enlarge pictures={image ? [{ src: image.url, title: `At strength ${strength}` }] : []}>
        <Picture src={image?.url ?? frames.at(-1)?.preview ?? null} alt={`At strength ${strength}`} />
      </Enlarge>
      <span class="numbers">{job?.status === "failed" ? "failed" : strength}</span>
    </li>
  );
}
