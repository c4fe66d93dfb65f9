// One adapter in a grid, and its skeleton.

import type { Adapter } from "../api.ts";
import { AddButton } from "./add-button.tsx";
import { Enlarge } from "./enlarge.tsx";
import { countOf } from "./format.ts";
import { Icon } from "./icon.tsx";
import { Picture } from "./picture.tsx";

export const adapterUrl = (ref: string) => `/adapter/?id=${ref}`;

export function previewOf(adapter: Adapter): string | null {
  return adapter.latest_version?.previews[0]?.url ?? null;
}

/** Over the picture's corner: add to the composition, without opening the adapter's page. */
export function AdapterCard({ adapter }: { adapter: Adapter }) {
  const { ref, title, owner, class_word, uses, likes, rating, latest_version, state } = adapter;
  const picture = previewOf(adapter);
  return (
    <article class="card">
      <Picture class="card-picture" src={picture} alt={`${title}, generated with this adapter`} />
      <div class="card-action">
        <Enlarge pictures={picture ? [{ src: picture, title }] : []} />
        <AddButton adapter={adapter} />
      </div>
      <div>
        <div class="card-line">
          <h3>
            <a href={adapterUrl(ref)}>{title}</a>
          </h3>
          <span class={`tag ${rating === "general" ? "" : "warn"}`}>
            {state !== "published" ? state : rating === "general" ? class_word : rating}
          </span>
        </div>
        {latest_version?.foreign && <InexactTag />}
        <div class="card-line quiet">
          <span>{latest_version ? `by ${owner}` : `no version yet, by ${owner}`}</span>
          <span class="card-counts">
            <LikeCount likes={likes} />
            {uses > 0 && <span>{countOf(uses, "use")}</span>}
          </span>
        </div>
      </div>
    </article>
  );
}

/** On cards: nothing where there is none. */
export const LikeCount = ({ likes }: { likes: number }) =>
  likes === 0 ? null : (
    <span title={countOf(likes, "like")}>
      <Icon name="heart" />
      <span class="visually-hidden">Likes:</span> {likes.toLocaleString("en")}
    </span>
  );

/** On everything that shows a LoRA of another program. */
export const InexactTag = () => (
  <span
    class="tag warn"
    title="A LoRA of another program. It acts on other words and places as well, so no picture with it is exact."
  >
    foreign LoRA, not exact
  </span>
);

/** As high as what comes in their place, so that nothing below jumps. */
export function CardSkeletons({ count, mix = false }: { count: number; mix?: boolean }) {
  return Array.from({ length: count }, (_, i) => (
    <div class={`card ${mix ? "mix-card" : ""}`} key={i} aria-hidden="true">
      <span class="picture card-picture" />
      <div>
        <div class="card-line">
          <h3 class="skeleton">Name of one</h3>
          <span class="tag skeleton">kind</span>
        </div>
        <div class="card-line quiet">
          <span class="skeleton">trigger by owner</span>
        </div>
        {mix && (
          <div class="faces">
            <span class="picture" />
          </div>
        )}
      </div>
    </div>
  ));
}
