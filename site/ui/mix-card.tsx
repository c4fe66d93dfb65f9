// One mix in a grid: its cover, its owner, and the portraits of its members.

import type { Mix } from "../api-mixes.ts";
import { countOf } from "./format.ts";
import { MixCover } from "./mix-cover.tsx";
import { Picture } from "./picture.tsx";

export const mixUrl = (ref: string) => `/mix/?ref=${ref}`;

const FACES_SHOWN = 5;

export function MixCard({ mix }: { mix: Mix }) {
  const { title, owner, members, likes, uses, state, visibility } = mix;
  const people = members.map((member) => member.title ?? "somebody hidden").join(", ");
  const remark = state === "published" ? (visibility === "public" ? null : visibility) : state;
  return (
    <article class="card mix-card">
      <MixCover mix={mix} class="card-picture" width={3} height={2} />
      <div>
        <div class="card-line">
          <h3>
            <a href={mixUrl(mix.ref)}>{title}</a>
          </h3>
          {remark && <span class="tag">{remark}</span>}
        </div>
        <div class="card-line quiet">
          <span>{`by ${owner}`}</span>
          <span>{likes > 0 ? countOf(likes, "like") : countOf(uses, "use")}</span>
        </div>
        <div class="faces" title={people}>
          {members.slice(0, FACES_SHOWN).map((member) => (
            <Picture key={member.version_id} src={member.preview?.url ?? null} alt="" />
          ))}
          {members.length > FACES_SHOWN && <span class="quiet">+{members.length - FACES_SHOWN}</span>}
        </div>
      </div>
    </article>
  );
}
