// /pictures/?id=pic_...: one shared picture with its whole recipe; its owner withdraws it here.

import { useEffect, useState } from "preact/hooks";
import { pictures, type SharedPicture } from "../../api-pictures.ts";
import { formOfRecipe } from "../../composition/recipe.ts";
import { adapterUrl } from "../../ui/adapter-card.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Enlarge } from "../../ui/enlarge.tsx";
import { dayOf } from "../../ui/format.ts";
import { LikeButton } from "../../ui/like-button.tsx";
import { RATING_LABELS } from "../../ui/moderation-labels.ts";
import { Empty, FailureNotice, Notice } from "../../ui/notice.tsx";
import { PageSkeleton } from "../../ui/page-skeleton.tsx";
import { Picture } from "../../ui/picture.tsx";
import { PictureList } from "../../ui/picture-list.tsx";
import { profileUrl } from "../../ui/plain-text.ts";
import { settingsOf } from "../../ui/recipe-facts.ts";
import { ReportButton } from "../../ui/report-dialog.tsx";
import { adapterOf, composeUrlOf, fullOf, picturesWith, titleOf } from "../../ui/shared-picture.ts";
import { useAccount, useReply } from "../../ui/use-reply.ts";
import { WithdrawPicture } from "../../ui/withdraw-picture.tsx";

export function PicturePage({ id }: { id: string }) {
  const loaded = useReply(() => pictures.picture(id), [id]);
  const [withdrawn, setWithdrawn] = useState(false);
  const picture = loaded.value;
  useEffect(() => {
    if (picture) document.title = `${titleOf(picture)} · Orthoplex`;
  }, [picture]);
  if (withdrawn)
    return (
      <Gone title="It is withdrawn">Nobody else sees it any more. Your result is still in Compose.</Gone>
    );
  const problem = loaded.failure?.kind === "refused" ? loaded.failure.problem : null;
  if (problem?.tombstone) {
    const { removed_by, reason } = problem.tombstone;
    const who = removed_by === "owner" ? "Whoever shared it has withdrawn it." : "The moderators removed it.";
    return <Gone title="This picture is gone">{[who, reason].filter(Boolean).join(" ")}</Gone>;
  }
  if (problem) {
    return (
      <Gone title="No such picture">It was never shared, or somebody in it is not public any more.</Gone>
    );
  }
  if (loaded.failure) return <FailureNotice failure={loaded.failure} again={loaded.again} />;
  if (!picture) {
    return (
      <div class="picture-top" aria-busy="true">
        <PageSkeleton title="Words of a prompt" picture="" />
      </div>
    );
  }
  return <PictureView picture={picture} onWithdrawn={() => setWithdrawn(true)} />;
}

function Gone({ title, children }: { title: string; children: string }) {
  return (
    <Empty title={title} page>
      <p>{children}</p>
      <a class="button primary" href="/pictures/">
        All pictures
      </a>
    </Empty>
  );
}

export function PictureView({ picture, onWithdrawn }: { picture: SharedPicture; onWithdrawn: () => void }) {
  const account = useAccount();
  const { image, owner, rating, shared_at } = picture;
  const compose = composeUrlOf(picture);
  const mine = account?.handle === owner;
  return (
    <>
      <Hidden picture={picture} />
      <div class="picture-top">
        <div style={{ "--wide": `${image.width}px` }}>
          <Enlarge pictures={[fullOf(picture)]}>
            <Picture
              class="preview-large"
              src={image.url}
              alt={titleOf(picture)}
              width={image.width}
              height={image.height}
              sizes="(max-width: 60rem) 96vw, 60rem"
              eager
            />
          </Enlarge>
        </div>
        <div class="picture-side">
          <h1>
            A picture by <a href={profileUrl(owner)}>{owner}</a>
          </h1>
          <p class="quiet">
            {`Shared ${dayOf(shared_at)}${rating === "general" ? "" : ` · ${RATING_LABELS[rating]}`}`}
          </p>
          <div class="actions">
            {compose && (
              <a class="button primary" href={compose}>
                Open in Compose
              </a>
            )}
            {picture.listed && (
              <LikeButton kind="picture" id={picture.id} title={titleOf(picture)} likes={picture.likes} />
            )}
            <CopyButton text={() => picture.page_url} label="Copy link" class="button" />
          </div>
          <PictureRecipe picture={picture} />
          <div class="actions">
            <CopyButton text={() => JSON.stringify(picture.recipe, null, 2)} label="Copy recipe" />
            {mine ? (
              <WithdrawPicture id={picture.id} onWithdrawn={onWithdrawn} />
            ) : (
              <ReportButton target={{ kind: "picture", id: picture.id }} />
            )}
          </div>
        </div>
      </div>
      <section class="picture-others">
        <h2>More pictures</h2>
        <PictureList query={{}} without={picture.id} none="This is the only one so far." />
      </section>
    </>
  );
}

function Hidden({ picture: { listed, state } }: { picture: SharedPicture }) {
  if (listed) return null;
  if (state === "removed") {
    return (
      <Notice variant="bad" title="The moderators removed this picture">
        <p>Only you can see it. Their reason is in your notifications, where you can appeal.</p>
      </Notice>
    );
  }
  const isWithdrawn = state === "withdrawn";
  return (
    <Notice
      variant="warn"
      title={isWithdrawn ? "You have withdrawn this picture" : "Others do not see this picture now"}
    >
      <p>
        {isWithdrawn
          ? "Only you can see it. Share the same result again to show it."
          : "Somebody in it is not public at the moment. It comes back with them."}
      </p>
    </Notice>
  );
}

function PictureRecipe({ picture }: { picture: SharedPicture }) {
  const form = formOfRecipe(picture.recipe);
  return (
    <dl class="picture-recipe">
      <div>
        <dt>Prompt</dt>
        <dd>
          <code>{picture.prompt}</code>
        </dd>
      </div>
      {form?.negative && (
        <div>
          <dt>Negative prompt</dt>
          <dd>
            <code>{form.negative}</code>
          </dd>
        </div>
      )}
      <div>
        <dt>Settings</dt>
        <dd class="numbers">{[...(form ? settingsOf(form) : []), picture.base].join(" · ")}</dd>
      </div>
      {picture.members.length > 0 && (
        <div>
          <dt>Who is in it</dt>
          <dd>
            <ul class="picture-members">
              {picture.members.map((member) => (
                <li key={member.version_id}>
                  <Picture src={member.preview?.url ?? null} alt="" sizes="3rem" />
                  <span>
                    <a href={adapterUrl(adapterOf(member.ref))}>{member.title ?? member.ref}</a>
                    <span class="quiet numbers">{` ${member.ref} at ${member.strength}${member.region ? ", in its box" : ""}`}</span>
                  </span>
                  <a class="quiet" href={picturesWith(adapterOf(member.ref))}>
                    More pictures<span class="visually-hidden">{` with ${member.title ?? member.ref}`}</span>
                  </a>
                </li>
              ))}
            </ul>
          </dd>
        </div>
      )}
    </dl>
  );
}
