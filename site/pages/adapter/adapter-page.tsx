// /adapter/: one catalog entry, with what it draws, how to call it, whom it composes with, and what may be done with it.

import { useEffect, useState } from "preact/hooks";
import { type AdapterWithVersions, api, type Version } from "../../api.ts";
import { codeOf, type Failure } from "../../ui/failure.ts";
import { Empty, FailureNotice, Notice } from "../../ui/notice.tsx";
import { Picture } from "../../ui/picture.tsx";
import { useAccount, useReply } from "../../ui/use-reply.ts";
import { Companions } from "./companions.tsx";
import { Facts } from "./facts.tsx";
import { Owner } from "./owner.tsx";
import { LEAD_MAX_CHARACTERS, Summary } from "./summary.tsx";

export function AdapterPage({ id }: { id: string }) {
  const loaded = useReply(() => api.adapter(id), [id]);
  const base = useReply(() => api.base(loaded.value?.base ?? "cast-2"), [loaded.value?.base]);
  const account = useAccount();
  const adapter = loaded.value;

  useEffect(() => {
    if (adapter) document.title = `${adapter.title} · Orthoplex`;
  }, [adapter]);

  if (id === "" || (loaded.failure && gone(loaded.failure))) return <Gone failure={loaded.failure} id={id} />;
  if (loaded.failure) return <FailureNotice failure={loaded.failure} again={loaded.again} />;
  if (!adapter) return <Waiting />;
  const version = adapter.latest_version;
  return (
    <>
      {adapter.state === "withdrawn" && (
        <Notice tone="warn" title="This adapter was withdrawn">
          <p>It can't be composed any more. Pictures made with it stay as they are.</p>
        </Notice>
      )}
      {adapter.state === "draft" && (
        <Notice tone="info" title="A draft that only you can see">
          <p>Publish a version to put it into the catalog.</p>
        </Notice>
      )}
      <div class="adapter-top">
        <Previews adapter={adapter} version={version} />
        <Summary adapter={adapter} version={version} />
      </div>
      {account?.handle === adapter.owner && <Owner adapter={adapter} changed={loaded.again} />}
      {adapter.description.length > LEAD_MAX_CHARACTERS && (
        <section class="adapter-section">
          <h2>About</h2>
          <p class="adapter-description">{adapter.description}</p>
        </section>
      )}
      <Facts adapter={adapter} version={version} base={base.value} />
      {base.value && adapter.slot !== null && <Companions adapter={adapter} base={base.value} />}
    </>
  );
}

function Previews({ adapter, version }: { adapter: AdapterWithVersions; version: Version | null }) {
  const previews = version?.previews ?? [];
  const [at, setAt] = useState(0);
  const shown = previews[at] ?? previews[0];
  return (
    <div class="previews">
      <Picture
        class="preview-large"
        src={shown?.url ?? null}
        alt={`${adapter.title}, drawn by this adapter`}
        width={shown?.width ?? 1}
        height={shown?.height ?? 1}
        eager
      />
      {previews.length > 1 && (
        <div class="preview-strip">
          {previews.map((preview, i) => (
            <button
              type="button"
              key={preview.id}
              aria-pressed={preview === shown}
              aria-label={`Show preview ${i + 1} of ${previews.length}`}
              onClick={() => setAt(i)}
            >
              <Picture src={preview.url} alt="" />
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

const gone = (failure: Failure) =>
  ["not_found", "adapter_removed", "adapter_unknown", "request_invalid"].includes(codeOf(failure) ?? "");

function Gone({ failure, id }: { failure: Failure | null; id: string }) {
  const removed = failure !== null && codeOf(failure) === "adapter_removed";
  return (
    <Empty title={removed ? "Withdrawn by its owner" : "No such adapter"}>
      <p>
        {removed
          ? `${id} was taken out of the catalog. Pictures made with it stay as they are, but nothing new can be drawn.`
          : `${id === "" ? "The address names no adapter." : `Nothing is published at ${id}.`} It may be private or its address misspelt.`}
      </p>
      <div class="actions">
        <a class="button primary" href="/browse/">
          Browse the catalog
        </a>
      </div>
    </Empty>
  );
}

function Waiting() {
  return (
    <div class="adapter-top" aria-busy="true">
      <span class="picture preview-large square" />
      <div class="summary">
        <h1>
          <span class="skeleton">A name of one</span>
        </h1>
        <p>
          <span class="skeleton">by somebody, published on a day</span>
        </p>
        <div class="skeleton summary-skeleton">Loading</div>
      </div>
    </div>
  );
}
