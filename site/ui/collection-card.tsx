// One collection in a grid: four of its portraits, its name and owner.

import type { Collection } from "../api-people.ts";
import { AddCollectionButton } from "./add-collection-button.tsx";
import { countOf } from "./format.ts";
import { Picture } from "./picture.tsx";
import "../styles/people.css";

export const collectionUrl = (ref: string) => `/collection/?ref=${ref}`;

const FACES = 4;

export function CollectionCard({ collection }: { collection: Collection }) {
  const { ref, title, owner, covers, item_count, visibility } = collection;
  return (
    <article class="card collection-card">
      <div class="collection-faces" aria-hidden="true">
        {Array.from({ length: FACES }, (_, i) => {
          const src = covers[i];
          return src ? (
            <Picture key={src} src={src} alt="" />
          ) : (
            <span key={`empty-${i}`} class="face-empty" />
          );
        })}
      </div>
      {item_count > 0 && (
        <div class="card-action">
          <AddCollectionButton collection={collection} />
        </div>
      )}
      <div>
        <div class="card-line">
          <h3>
            <a href={collectionUrl(ref)}>{title}</a>
          </h3>
          {visibility !== "public" && <span class="tag">{visibility}</span>}
        </div>
        <div class="card-line quiet">
          <span>{`by ${owner}`}</span>
          <span>{countOf(item_count, "adapter")}</span>
        </div>
      </div>
    </article>
  );
}
