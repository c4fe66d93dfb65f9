// The head of a mix's page: cover, name, texts and actions.

import { type MixWithVersions, mixes } from "../../api-mixes.ts";
import { AddAllButton } from "../../ui/add-all-button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { fullPicturesOf } from "../../ui/cover-choice.ts";
import { Enlarge } from "../../ui/enlarge.tsx";
import { countOf, dayOf } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { LikeButton } from "../../ui/like-button.tsx";
import { MixCover } from "../../ui/mix-cover.tsx";
import { FailureNotice, signInUrl } from "../../ui/notice.tsx";
import { PlainText } from "../../ui/person.tsx";
import { profileUrl } from "../../ui/plain-text.ts";
import { ReportButton } from "../../ui/report-dialog.tsx";
import { itemsOfMix } from "../../ui/tray-items.ts";
import { useAccount } from "../../ui/use-reply.ts";
import { useSend } from "../../ui/use-send.ts";
import { composeUrl } from "../compose/mix-form.ts";

export function Summary({ mix }: { mix: MixWithVersions }) {
  const version = mix.versions.find(({ number }) => number === mix.number);
  const open = mix.state === "published";
  const account = useAccount();
  return (
    <div class="adapter-top mix-top">
      <Enlarge pictures={fullPicturesOf(mix)}>
        <MixCover
          mix={mix}
          class="preview-large mix-cover"
          width={mix.cover?.width ?? 2}
          height={mix.cover?.height ?? 1}
          eager
          free
        />
      </Enlarge>
      <div class="summary">
        <div class="summary-head">
          <h1>{mix.title}</h1>
          <p class="quiet">
            <a href={profileUrl(mix.owner)}>{mix.owner}</a>
            {` · version ${mix.number}, ${dayOf(version?.published_at ?? mix.created_at)} · ${countOf(mix.uses, "use")} · ${countOf(mix.forks, "fork")}`}
          </p>
          {mix.rating !== "general" && (
            <p>
              <span class="tag warn">{mix.rating}</span>
            </p>
          )}
        </div>
        {mix.description !== "" && <PlainText text={mix.description} />}
        <MadeFrom mix={mix} />
        {open && (
          <>
            <div class="actions">
              <a class="button primary big" href={composeUrl(mix)}>
                Open in the composer
              </a>
              <AddAllButton title={mix.title} items={itemsOfMix(mix.members)} text />
              <Fork mix={mix} />
            </div>
            <div class="actions people-bar">
              <LikeButton kind="mix" id={mix.ref} title={mix.title} likes={mix.likes} />
              {mix.visibility !== "private" && (
                <CopyButton text={() => mix.share_url} label="Copy the address" class="button" />
              )}
              <a class="quiet" href="#comments">
                {countOf(mix.comments, "comment")}
              </a>
              {account?.handle !== mix.owner && <ReportButton target={{ kind: "mix", ref: mix.ref }} />}
            </div>
          </>
        )}
      </div>
    </div>
  );
}

function MadeFrom({ mix }: { mix: MixWithVersions }) {
  const [nearest] = mix.forked_from;
  if (!nearest) return null;
  return (
    <p class="quiet">
      {"Made from "}
      {nearest.ref ? (
        <a href={`/mix/?ref=${nearest.ref}`}>{`${nearest.title} (${nearest.ref})`}</a>
      ) : (
        "a mix that is not shown any more"
      )}
    </p>
  );
}

/** Forks the mix; the composer shows a line that names its origin. */
function Fork({ mix }: { mix: MixWithVersions }) {
  const account = useAccount();
  const { busy, failure, send } = useSend();
  if (account === null) {
    return (
      <a class="button big" href={signInUrl()}>
        <Icon name="copy" />
        Sign in to fork
      </a>
    );
  }
  const fork = async () => {
    const reply = await send(() => mixes.fork(mix.ref, mix.number));
    if (reply.ok) location.assign(composeUrl(mix));
  };
  return (
    <>
      <button type="button" class="button big" disabled={busy || account === undefined} onClick={fork}>
        <Icon name="copy" />
        {busy ? "Forking" : "Fork"}
      </button>
      {failure && <FailureNotice failure={failure} again={fork} />}
    </>
  );
}
