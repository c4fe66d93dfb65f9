// The collections of one person: the owner sees all of them, others the public ones.

import { type Collection, people } from "../../api-people.ts";
import { CollectionCard } from "../../ui/collection-card.tsx";
import { More } from "../../ui/more.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { useList } from "../../ui/use-list.ts";

export function UserCollections({ handle }: { handle: string }) {
  const list = useList<Collection>(handle, (at) =>
    people.collections({ owner: handle, sort: "updated", ...at }),
  );
  if (list.failure) return <FailureNotice failure={list.failure} again={list.again} />;
  if (list.isEmpty) {
    return <p class="quiet">{`${handle} has not gathered a collection yet.`}</p>;
  }
  return (
    <>
      <div class="card-grid" aria-busy={list.waiting}>
        {list.items.map((collection) => (
          <CollectionCard key={collection.id} collection={collection} />
        ))}
      </div>
      <More list={list} small />
    </>
  );
}
