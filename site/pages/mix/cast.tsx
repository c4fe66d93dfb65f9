// The members of a mix: their boxes on the canvas, and their portraits with trigger and strength.

import type { MixMember, MixWithVersions } from "../../api-mixes.ts";
import { adapterUrl } from "../../ui/adapter-card.tsx";
import { hasOwnCover } from "../../ui/cover-choice.ts";
import { Picture } from "../../ui/picture.tsx";

const entryOf = (ref: string) => ref.replace(/:\d+$/, "");
const percent = (value: number) => `${(value * 100).toFixed(2)}%`;

export function Cast({ mix }: { mix: MixWithVersions }) {
  return (
    <div class="mix-cast">
      <StageThumb members={mix.members} cover={hasOwnCover(mix) ? mix.cover : null} />
      <ol class="mix-members">
        {mix.members.map((member, i) => (
          <Member key={member.version_id} member={member} index={i} />
        ))}
      </ol>
    </div>
  );
}

/** The boxes on the canvas, numbered as the members are; on the cover, where it is a picture of them all. */
function StageThumb({ members, cover }: { members: readonly MixMember[]; cover: MixWithVersions["cover"] }) {
  const { width, height } = cover ?? { width: Math.min(3, Math.max(1, members.length)), height: 1 };
  const background = cover;
  const boxed = members.filter(({ region }) => region !== null).length;
  return (
    <figure class="stage-thumb">
      <div
        class="stage-canvas"
        hidden={boxed === 0 && background === null}
        style={{ aspectRatio: `${width} / ${height}` }}
        aria-hidden="true"
      >
        {background && <img src={background.url} alt="" loading="lazy" />}
        {members.map(
          ({ version_id, region }, i) =>
            region && (
              <span
                key={version_id}
                class={`stage-box cast-${i % 6}`}
                style={{
                  left: percent(region.x),
                  top: percent(region.y),
                  width: percent(region.width),
                  height: percent(region.height),
                }}
              >
                <span class="cast-number">{i + 1}</span>
              </span>
            ),
        )}
      </div>
      <figcaption class="hint">
        {boxed === 0
          ? "No boxes: the prompt's words decide where everyone stands."
          : boxed === members.length
            ? "Where each of them stands."
            : "Where those with a box stand. The prompt decides for the others."}
      </figcaption>
    </figure>
  );
}

function Member({ member, index }: { member: MixMember; index: number }) {
  const { title, ref, trigger, strength, available, preview, region } = member;
  return (
    <li class={`cast-${index % 6} ${available ? "" : "unavailable"}`}>
      <Picture src={preview?.url ?? null} alt="" class="cast-thumb" />
      <div>
        <p class="member-name">
          <span class="cast-number" aria-hidden="true">
            {index + 1}
          </span>
          {title === null ? <span>{ref}</span> : <a href={adapterUrl(entryOf(ref))}>{title}</a>}
        </p>
        <p class="quiet">
          <span class="trigger">{trigger}</span>
          {` at ${strength}`}
        </p>
        <p class="quiet">{available ? ref : "is no longer available"}</p>
        {region && <span class="visually-hidden">{boxWords(region)}</span>}
      </div>
    </li>
  );
}

function boxWords({ x, y, width, height }: NonNullable<MixMember["region"]>): string {
  const whole = (value: number) => `${Math.round(value * 100)} %`;
  return `Box: ${whole(x)} from the left, ${whole(y)} from the top, ${whole(width)} wide, ${whole(height)} high`;
}
