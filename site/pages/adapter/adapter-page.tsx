// /adapter/: one catalog entry: previews, trigger, compatibility, and the actions on it.

import { useEffect, useState } from "preact/hooks";
import { type AdapterWithVersions, api, type Base, type Version } from "../../api.ts";
import type { Preview } from "../../api-publish.ts";
import { codeOf, type Failure } from "../../failure.ts";
import { Enlarge } from "../../ui/enlarge.tsx";
import { Empty, FailureNotice, Notice, ToCatalog } from "../../ui/notice.tsx";
import { PageSkeleton } from "../../ui/page-skeleton.tsx";
import { Picture } from "../../ui/picture.tsx";
import { useAccount, useReply } from "../../ui/use-reply.ts";
import { Code } from "./code.tsx";
import { Comments } from "./comments.tsx";
import { Companions } from "./companions.tsx";
import { Facts } from "./facts.tsx";
import { Likes } from "./likes.tsx";
import { Owner } from "./owner.tsx";
import { useRecipe } from "./recipe-link.ts";
import { Remixes } from "./remixes.tsx";
import { Shared } from "./shared.tsx";
import { Statistics } from "./statistics.tsx";
import { StrengthGuide } from "./strength-guide.tsx";
import { guideOf } from "./strengths.ts";
import { LEAD_MAX_CHARACTERS, Summary } from "./summary.tsx";
import { Tombstone } from "./tombstone.tsx";
import { Versions } from "./versions.tsx";

const PREVIEW_LOOKS_MS = [4_000, 10_000, 20_000, 40_000, 80_000];

export function AdapterPage({ id }: { id: string }) {
  const loaded = useReply(() => api.adapter(id), [id]);
  const base = useReply<Base | null>(
    async () => (loaded.value ? api.base(loaded.value.base) : { ok: true, value: null }),
    [loaded.value?.base],
  );
  const account = useAccount();
  const adapter = loaded.value;

  // Previews that a runner generates appear without a reload while somebody may be waiting for them.
  const latest = adapter?.latest_version;
  const unfinished = latest?.preview_job_id != null && latest.previews.length === 0;
  const { again } = loaded;
  useEffect(() => {
    if (!unfinished) return;
    const timers = PREVIEW_LOOKS_MS.map((wait) => setTimeout(again, wait));
    return () => timers.forEach(clearTimeout);
  }, [unfinished, again]);

  useEffect(() => {
    if (adapter) document.title = `${adapter.title} · Orthoplex`;
  }, [adapter]);

  const stone = loaded.failure?.kind === "refused" ? loaded.failure.problem.tombstone : undefined;
  if (stone) return <Tombstone stone={stone} />;
  if (id === "" || (loaded.failure && gone(loaded.failure))) return <Gone id={id} />;
  if (loaded.failure) return <FailureNotice failure={loaded.failure} again={loaded.again} />;
  if (!adapter) return <Waiting />;
  const version = adapter.latest_version;
  const isGone = adapter.state === "withdrawn" || adapter.state === "removed";
  const mine = account?.handle === adapter.owner;
  return (
    <>
      {adapter.state === "removed" && (
        <Notice variant="bad" title="The moderators removed this adapter">
          <p>Only you can see it. Their reason is in your notifications, where you can appeal.</p>
        </Notice>
      )}
      {adapter.state === "withdrawn" && (
        <Notice variant="warn" title="This adapter was withdrawn">
          <p>It can't be composed any more. Pictures made with it stay as they are.</p>
        </Notice>
      )}
      {adapter.state === "draft" && (
        <Notice variant="info" title="A draft that only you can see">
          <p>Publish a version to put it into the catalog.</p>
        </Notice>
      )}
      <div class="adapter-top">
        <Previews adapter={adapter} version={version} />
        <Summary adapter={adapter} version={version} />
      </div>
      {adapter.published_at && <Likes adapter={adapter} />}
      {mine && <Owner adapter={adapter} changed={loaded.again} />}
      {adapter.description.length > LEAD_MAX_CHARACTERS && (
        <section class="adapter-section">
          <h2>About</h2>
          <p class="adapter-description">{adapter.description}</p>
        </section>
      )}
      {version?.state === "published" && (
        <StrengthGuide base={adapter.base} version={version} mine={mine} changed={loaded.again} />
      )}
      {adapter.published_at && !isGone && <Shared adapter={adapter} />}
      <Facts adapter={adapter} version={version} base={base.value} mine={mine} />
      <Versions adapter={adapter} base={base.value ?? null} mine={mine} changed={loaded.again} />
      {adapter.published_at && <Statistics adapter={adapter} />}
      {base.value && adapter.slot !== null && <Companions adapter={adapter} base={base.value} />}
      {adapter.published_at && (
        <>
          <Remixes adapter={adapter} />
          {version && <Code adapter={adapter} version={version} />}
          <Comments kind="adapter" id={adapter.ref} closed={isGone} />
        </>
      )}
    </>
  );
}

function Previews({ adapter, version }: { adapter: AdapterWithVersions; version: Version | null }) {
  const inGuide = guideOf(version?.previews ?? []).ids;
  const previews = (version?.previews ?? []).filter(({ id }) => !inGuide.has(id));
  const [at, setAt] = useState(0);
  const shown = previews[at] ?? previews[0];
  const recipe = useRecipe(shown, adapter, version);
  const fullOf = ({ url, recipe: own }: Preview, i: number) => ({
    src: url,
    title: previews.length > 1 ? `${adapter.title}, preview ${i + 1}` : adapter.title,
    recipe: own,
  });
  return (
    <div class="previews">
      <Enlarge pictures={previews.map(fullOf)} at={Math.max(0, shown ? previews.indexOf(shown) : 0)}>
        <Picture
          class="preview-large"
          src={shown?.url ?? null}
          alt={`${adapter.title}, generated with this adapter`}
          width={shown?.width ?? 1}
          height={shown?.height ?? 1}
          eager
        />
      </Enlarge>
      {version?.preview_job_id && previews.length === 0 && (
        <p class="quiet">Previews are being generated. They appear here when a runner is free.</p>
      )}
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
      {recipe === undefined && <div class="preview-recipe" />}
      {recipe && (
        <div class="preview-recipe">
          <p>
            <code>{recipe.prompt}</code>
            {recipe.seed !== null && <span class="quiet">{` seed ${recipe.seed}`}</span>}
          </p>
          <a class="button small" href={recipe.url}>
            Open in compose
          </a>
        </div>
      )}
    </div>
  );
}

const gone = (failure: Failure) =>
  ["not_found", "adapter_unknown", "request_invalid"].includes(codeOf(failure) ?? "");

function Gone({ id }: { id: string }) {
  return (
    <Empty title="No such adapter" page>
      <p>
        {`${id === "" ? "The address names no adapter." : `Nothing is published at ${id}.`} It may be private or its address misspelt.`}
      </p>
      <ToCatalog />
    </Empty>
  );
}

function Waiting() {
  return (
    <div class="adapter-top" aria-busy="true">
      <PageSkeleton title="A name of one" picture="square" />
    </div>
  );
}
