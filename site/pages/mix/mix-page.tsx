// /mix/: a published composition: its cover, members, crosstalk, licences, versions and actions.

import { useEffect } from "preact/hooks";
import { type MixWithVersions, mixes } from "../../api-mixes.ts";
import { codeOf, type Failure } from "../../failure.ts";
import { CrosstalkMatrix } from "../../ui/crosstalk-matrix.tsx";
import { LicenceSummary } from "../../ui/licence-summary.tsx";
import { Empty, FailureNotice, Notice } from "../../ui/notice.tsx";
import { PageSkeleton } from "../../ui/page-skeleton.tsx";
import { useAccount, useReply } from "../../ui/use-reply.ts";
import { Comments } from "../adapter/comments.tsx";
import { Cast } from "./cast.tsx";
import { Code } from "./code.tsx";
import { Family } from "./family.tsx";
import { Merged } from "./merged.tsx";
import { OwnerBar } from "./owner-bar.tsx";
import { Summary } from "./summary.tsx";
import { Versions } from "./versions.tsx";

/** Columns of the crosstalk matrix that fit into a panel. */
const FEW = 4;

export function MixPage({ id }: { id: string }) {
  const loaded = useReply((signal) => mixes.mix(id, signal), [id]);
  const account = useAccount();
  const mix = loaded.value;

  useEffect(() => {
    if (mix) document.title = `${mix.title} by ${mix.owner} · Orthoplex`;
  }, [mix]);

  if (id === "" || (loaded.failure && gone(loaded.failure))) return <Gone failure={loaded.failure} id={id} />;
  if (loaded.failure) return <FailureNotice failure={loaded.failure} again={loaded.again} />;
  if (!mix) return <Waiting />;
  const { composition, members } = mix;
  return (
    <>
      <MixNotices mix={mix} />
      <Summary mix={mix} />
      {account?.handle === mix.owner && <OwnerBar mix={mix} changed={loaded.again} />}
      <section class="adapter-section">
        <h2>Who is in it</h2>
        <Cast mix={mix} />
      </section>
      <div class="fact-panels mix-panels">
        <section class={`panel ${members.length > FEW ? "broad" : ""}`}>
          <h2>How they meet</h2>
          <CrosstalkMatrix
            cast={members.map(({ version_id, title, ref }) => ({ id: version_id, name: title ?? ref }))}
            pairs={composition.crosstalk.pairs}
          />
          {composition.warnings.map((warning) => (
            <p class="quiet" key={warning}>
              {warning}
            </p>
          ))}
        </section>
        <section class="panel">
          <h2>What you may do</h2>
          <LicenceSummary licence={composition.licence} />
          <Merged mix={mix} />
        </section>
        <Versions mix={mix} />
      </div>
      {mix.state === "published" && <Code mix={mix} />}
      <Family mix={mix} />
      <Comments kind="mix" id={mix.ref} closed={mix.state !== "published"} />
    </>
  );
}

function MixNotices({ mix }: { mix: MixWithVersions }) {
  const newest = mix.versions[0]?.number ?? mix.number;
  const hidden = mix.members.filter((member) => !member.available);
  return (
    <div class="mix-notices">
      {mix.state !== "published" && (
        <Notice
          variant="warn"
          title={mix.state === "withdrawn" ? "You withdrew this mix" : "The moderators removed this mix"}
        >
          <p>Others find a note in its place. Pictures and forks made from it stay as they are.</p>
        </Notice>
      )}
      {mix.state === "published" && mix.visibility !== "public" && (
        <Notice variant="info" title={mix.visibility === "private" ? "Only you see this" : "Unlisted"}>
          <p>
            {mix.visibility === "private"
              ? "Make it public or unlisted to share it."
              : "Whoever has the address sees it; no list shows it."}
          </p>
        </Notice>
      )}
      {mix.number !== newest && (
        <Notice variant="info" title={`This is version ${mix.number}`}>
          <p>
            The newest is <a href={`/mix/?ref=${mix.ref}`}>{`version ${newest}`}</a>.
          </p>
        </Notice>
      )}
      {hidden.length > 0 && (
        <Notice variant="warn" title="Not everybody is there any more">
          <p>{`${hidden.map(({ ref }) => ref).join(", ")} can't be used now. Open the mix in the composer and replace them.`}</p>
        </Notice>
      )}
    </div>
  );
}

const gone = (failure: Failure) =>
  ["not_found", "mix_removed", "request_invalid"].includes(codeOf(failure) ?? "");

function Gone({ failure, id }: { failure: Failure | null; id: string }) {
  const removed =
    failure?.kind === "refused" && failure.problem.code === "mix_removed" ? failure.problem : null;
  return (
    <Empty title={removed ? "This mix is gone" : "No such mix"} page>
      <p>
        {removed
          ? `${removed.detail} Pictures made with it stay as they are, but nothing new can be generated from it.`
          : `${id === "" ? "The address names no mix." : `Nothing is published at ${id}.`} It may be private or its address misspelt.`}
      </p>
      <div class="actions">
        <a class="button primary" href="/mixes/">
          Browse mixes
        </a>
      </div>
    </Empty>
  );
}

function Waiting() {
  return (
    <div class="adapter-top mix-top" aria-busy="true">
      <PageSkeleton title="A name of a mix" picture="mix-cover" />
    </div>
  );
}
