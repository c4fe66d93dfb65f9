// Last step: look at what the adapter draws, then publish it or train again.

import { useState } from "preact/hooks";
import { api, type Training, type Version } from "../../api.ts";
import { adapterUrl } from "../../ui/adapter-card.tsx";
import type { Failure } from "../../ui/failure.ts";
import { durationOf } from "../../ui/format.ts";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { Picture } from "../../ui/picture.tsx";
import { useReply } from "../../ui/use-reply.ts";
import { Warnings } from "../compose/meeting.tsx";

export function Review({ training }: { training: Training }) {
  const { result, request } = training;
  const loaded = useReply(() => api.version(result?.version_id ?? ""), [result?.version_id]);
  const [published, setPublished] = useState<Version | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const version = published ?? loaded.value;
  const done = version?.state === "published";
  const seconds =
    training.started_at && training.finished_at
      ? (Date.parse(training.finished_at) - Date.parse(training.started_at)) / 1000
      : 0;

  const publish = async () => {
    if (!version) return;
    setBusy(true);
    const reply = await api.publishVersion(version.id);
    setBusy(false);
    setFailure(reply.ok ? null : reply.failure);
    if (reply.ok) setPublished(reply.value);
  };

  const samples = version?.previews.map((preview) => preview.url) ?? result?.samples ?? [];
  return (
    <section class="review">
      <div class="review-head">
        <h2>{done ? `${request.concept} is published` : `Is this ${request.concept}?`}</h2>
        <p class="quiet">
          {`Drawn by the model from `}
          <span class="trigger">{request.trigger}</span>
          {` after ${durationOf(seconds)} of training. Below: the pictures it learned from.`}
        </p>
      </div>
      <div class="review-samples">
        {samples.map((url) => (
          <Picture key={url} src={url} alt={`${request.concept}, drawn by the adapter`} eager />
        ))}
      </div>
      <div class="taught-from">
        {request.images.map((image) => (
          <img key={image.url} src={image.url} alt={image.caption || "Training picture"} />
        ))}
      </div>
      <Warnings warnings={training.warnings} />
      {loaded.failure && <FailureNotice failure={loaded.failure} again={loaded.again} />}
      {failure && <FailureNotice failure={failure} />}
      {done ? (
        <>
          <Notice tone="good" title="Everyone can compose with it now">
            <p>{`Version ${version.number}, recommended strength ${version.strength}.`}</p>
          </Notice>
          <div class="actions">
            <a class="button primary big" href={`/compose/#a=${request.adapter}*${version.strength}`}>
              Compose with {request.concept}
            </a>
            <a class="button big" href={adapterUrl(request.adapter)}>
              Open its page
            </a>
          </div>
        </>
      ) : (
        <div class="actions">
          <button type="button" class="button primary big" disabled={!version || busy} onClick={publish}>
            {busy ? "Publishing" : "Publish"}
          </button>
          <a class="button big" href={`/publish/?adapter=${request.adapter}`}>
            Train again
          </a>
          <a class="button plain" href={adapterUrl(request.adapter)}>
            Keep as a draft
          </a>
        </div>
      )}
    </section>
  );
}
