// One mix in a grid: its cover, its owner, and the portraits of its members.

import type { Mix } from "../api-mixes.ts";
import { AddAllButton } from "./add-all-button.tsx";
import { coverRatio, fullPicturesOf } from "./cover-choice.ts";
import { Enlarge } from "./enlarge.tsx";
import { countOf } from "./format.ts";
import { MixCover } from "./mix-cover.tsx";
import { Picture } from "./picture.tsx";
import { itemsOfMix } from "./tray-items.ts";
import "../styles/mix-card.css";

export const mixUrl = (ref: string) => `/mix/?ref=${ref}`;

const FACES_SHOWN = 5;

export function MixCard({ mix }: { mix: Mix }) {
  const { title, owner, members, likes, uses, state, visibility } = mix;
  const people = members.map((member) => member.title ?? "somebody hidden").join(", ");
  const remark = state === "published" ? (visibility === "public" ? null : visibility) : state;
  return (
    <article class="card mix-card" style={{ "--ratio": coverRatio(mix) }}>
      <MixCover
        mix={mix}
        class="card-picture"
        width={coverRatio(mix)}
        height={1}
        sizes="(max-width: 40rem) 96vw, 36rem"
      />
      <div class="card-action">
        <Enlarge pictures={fullPicturesOf(mix)} />
        <AddAllButton title={title} items={itemsOfMix(members)} />
      </div>
      <div>
        <div class="card-line">
          <h3>
            <a href={mixUrl(mix.ref)}>{title}</a>
          </h3>
          {remark && <span class="tag">{remark}</span>}
        </div>
        <div class="card-line quiet">
          <span>{`by ${owner}`}</span>
          {likes > 0 ? (
            <span>{countOf(likes, "like")}</span>
          ) : (
            uses > 0 && <span>{countOf(uses, "use")}</span>
          )}
        </div>
        <div class="faces" title={people}>
          {members.slice(0, FACES_SHOWN).map((member) => (
            <Picture key={member.version_id} src={member.preview?.url ?? null} alt="" sizes="2rem" />
          ))}
          {members.length > FACES_SHOWN && <span class="quiet">+{members.length - FACES_SHOWN}</span>}
        </div>
      </div>
    </article>
  );
}
