// One shared picture in a grid: who made it with whom, and its recipe one click away.

import type { SharedPicture } from "../api-pictures.ts";
import { adapterUrl, LikeCount } from "./adapter-card.tsx";
import { Enlarge } from "./enlarge.tsx";
import { agoOf } from "./format.ts";
import { Picture } from "./picture.tsx";
import { profileUrl } from "./plain-text.ts";
import { adapterOf, composeUrlOf, fullOf, hiddenBecause, pictureUrl, titleOf } from "./shared-picture.ts";
import "../styles/mix-card.css";
import "../styles/picture-card.css";

const FACES_SHOWN = 4;

export function PictureCard({ picture, now = Date.now() }: { picture: SharedPicture; now?: number }) {
  const { id, owner, image, members, rating, likes, shared_at } = picture;
  const remark = hiddenBecause(picture) ?? (rating === "general" ? null : rating);
  const compose = composeUrlOf(picture);
  const title = titleOf(picture);
  return (
    <article class="card mix-card picture-card" style={{ "--ratio": image.width / image.height }}>
      <Picture
        class="card-picture"
        src={image.url}
        alt={title}
        width={image.width}
        height={image.height}
        sizes="(max-width: 40rem) 96vw, 36rem"
      />
      <div class="card-action">
        <Enlarge pictures={[fullOf(picture)]} />
      </div>
      <div>
        <h3>
          <a href={pictureUrl(id)}>{title}</a>
        </h3>
        <div class="card-line quiet">
          <span>
            by <a href={profileUrl(owner)}>{owner}</a>
          </span>
          <span class="card-counts">
            <LikeCount likes={likes} />
            {remark ? (
              <span class="tag warn">{remark}</span>
            ) : (
              <time dateTime={shared_at}>{agoOf(shared_at, now)}</time>
            )}
          </span>
        </div>
        <div class="picture-foot">
          <ul class="faces">
            {members.slice(0, FACES_SHOWN).map((member) => (
              <li key={member.version_id}>
                <a href={adapterUrl(adapterOf(member.ref))} title={member.title ?? member.ref}>
                  <Picture src={member.preview?.url ?? null} alt={member.title ?? member.ref} sizes="2rem" />
                </a>
              </li>
            ))}
            {members.length > FACES_SHOWN && <li class="quiet">+{members.length - FACES_SHOWN}</li>}
          </ul>
          {compose && (
            <a class="button small" href={compose} aria-label="Open in Compose" title="Open in Compose">
              <span>
                <span class="long">Open in </span>Compose
              </span>
            </a>
          )}
        </div>
      </div>
    </article>
  );
}
