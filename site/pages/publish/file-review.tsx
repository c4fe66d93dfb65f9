// After a file was sent: waits for its scan, then publishes.

import { useEffect, useState } from "preact/hooks";
import { api, type Version } from "../../api.ts";
import { adapterUrl } from "../../ui/adapter-card.tsx";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { useSend } from "../../ui/use-send.ts";
import { FileReport } from "../adapter/file-report.tsx";

const POLL_MS = 1_500;

export function FileReview(props: { version: Version }) {
  const [version, setVersion] = useState(props.version);
  const { busy, failure, send } = useSend();
  const { state } = version.scan;
  const ref = version.ref.replace(/:\d+$/, "");
  const done = version.state === "published";

  useEffect(() => {
    if (state !== "pending") return;
    const timer = setInterval(async () => {
      const reply = await api.version(version.id);
      if (reply.ok) setVersion(reply.value);
    }, POLL_MS);
    return () => clearInterval(timer);
  }, [state, version.id]);

  const publish = async () => {
    const reply = await send(() => api.publishVersion(version.id));
    const current = reply.ok ? reply : await api.version(version.id);
    if (current.ok) setVersion(current.value);
  };

  return (
    <section class="review file-review">
      <div class="review-head">
        <h2>{done ? `${version.ref} is published` : `${version.ref} has arrived`}</h2>
        <p class="quiet">
          {done
            ? "Everyone who may see it can compose with it now."
            : "A draft that only you can see. Read its scan, then publish it."}
        </p>
      </div>
      <div class="panel">
        <FileReport version={version} />
      </div>
      {failure && <FailureNotice failure={failure} />}
      {done && version.preview_job_id && version.previews.length === 0 && (
        <Notice variant="info" title="Previews are being generated">
          <p>A runner generates four when its queue is empty. You can choose others on its page.</p>
        </Notice>
      )}
      <div class="actions">
        {done ? (
          <a class="button primary big" href={adapterUrl(ref)}>
            Open its page
          </a>
        ) : (
          <>
            <button
              type="button"
              class="button primary big"
              disabled={busy || state === "failed"}
              onClick={publish}
            >
              {busy ? "Publishing" : "Publish"}
            </button>
            <a class="button plain" href={adapterUrl(ref)}>
              Keep as a draft
            </a>
          </>
        )}
      </div>
    </section>
  );
}
