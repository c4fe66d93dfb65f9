// One adapter in a grid, and the skeleton that holds its place.

import type { Adapter } from "../api.ts";
import { countOf } from "./format.ts";
import { Picture } from "./picture.tsx";

export const adapterUrl = (ref: string) => `/adapter/?id=${ref}`;

export function previewOf(adapter: Adapter): string | null {
  return adapter.latest_version?.previews[0]?.url ?? null;
}

export function AdapterCard({ adapter }: { adapter: Adapter }) {
  const { ref, title, owner, class_word, uses, latest_version, state } = adapter;
  return (
    <article class="card">
      <Picture class="card-picture" src={previewOf(adapter)} alt={`${title}, drawn by this adapter`} />
      <div>
        <div class="card-line">
          <h3>
            <a href={adapterUrl(ref)}>{title}</a>
          </h3>
          <span class="tag">{state === "published" ? class_word : state}</span>
        </div>
        <div class="card-line quiet">
          <span>
            {latest_version ? <span class="trigger">{latest_version.trigger}</span> : "no version yet"}
            {` by ${owner}`}
          </span>
          <span>{countOf(uses, "use")}</span>
        </div>
      </div>
    </article>
  );
}

export function CardSkeletons({ count }: { count: number }) {
  return Array.from({ length: count }, (_, i) => (
    <div class="card" key={i} aria-hidden="true">
      <span class="picture card-picture" />
      <div>
        <div>
          <span class="skeleton">Name of one</span>
        </div>
        <div class="quiet">
          <span class="skeleton">trigger by owner</span>
        </div>
      </div>
    </div>
  ));
}
