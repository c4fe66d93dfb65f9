// The adapters of a collection in order: portrait, name and note, numbered as in the slot picture.

import type { CollectionItem } from "../../api-people.ts";
import { adapterUrl, previewOf } from "../../ui/adapter-card.tsx";
import { AddButton } from "../../ui/add-button.tsx";
import { Picture } from "../../ui/picture.tsx";

export function Cast({ items }: { items: readonly CollectionItem[] }) {
  return (
    <ol class="cast">
      {items.map(({ ref, note, state, adapter }, i) => (
        <li key={ref} class={`cast-${i % 6}`}>
          {adapter && (
            <div class="card-action">
              <AddButton adapter={adapter} />
            </div>
          )}
          {adapter ? (
            <a href={adapterUrl(ref)}>
              <Picture src={previewOf(adapter)} alt="" />
              <span class="cast-name">
                <span class="cast-number">{i + 1}</span>
                {adapter.title}
              </span>
            </a>
          ) : (
            <div class="cast-gone">
              <span class="face-empty" />
              <span class="cast-name">
                <span class="cast-number">{i + 1}</span>
                <span>{ref}</span>
              </span>
              <span class="tag warn">{state}</span>
            </div>
          )}
          <span class="quiet">{note || (adapter ? `by ${adapter.owner}` : "")}</span>
        </li>
      ))}
    </ol>
  );
}
