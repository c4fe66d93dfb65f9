// /collection/: one collection: its adapters, the columns they own, their crosstalk, and a link to compose them.

import { useEffect, useState } from "preact/hooks";
import { api, type Base } from "../../api.ts";
import { type CollectionItem, type CollectionWithItems, people } from "../../api-people.ts";
import { codeOf } from "../../failure.ts";
import { AddAllButton } from "../../ui/add-all-button.tsx";
import { countOf, dayOf } from "../../ui/format.ts";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { PlainText } from "../../ui/person.tsx";
import { profileUrl } from "../../ui/plain-text.ts";
import { itemsOfAdapters } from "../../ui/tray-items.ts";
import { useAccount, useReply } from "../../ui/use-reply.ts";
import { Cast } from "./cast.tsx";
import { CollectionCrosstalk } from "./collection-crosstalk.tsx";
import { composeLink } from "./compose-link.ts";
import { Owner } from "./owner.tsx";
import { Rows } from "./rows.tsx";

const REST_A_PAGE = 100;

export function CollectionPage({ id }: { id: string }) {
  const loaded = useReply(() => whole(id), [id]);
  const account = useAccount();
  const [editing, setEditing] = useState(false);
  const collection = loaded.value;
  const base = useReply(
    () =>
      collection?.base ? api.base(collection.base) : Promise.resolve({ ok: true as const, value: null }),
    [collection?.base],
  );
  useEffect(() => {
    if (collection) document.title = `${collection.title} · Orthoplex`;
  }, [collection]);

  if (
    id === "" ||
    (loaded.failure && ["not_found", "request_invalid"].includes(codeOf(loaded.failure) ?? ""))
  ) {
    return <Gone id={id} />;
  }
  if (loaded.failure && !collection) return <FailureNotice failure={loaded.failure} again={loaded.again} />;
  if (!collection) return <p class="skeleton collection-skeleton">Loading</p>;
  const isOwner = account?.handle === collection.owner;
  return (
    <>
      <header class="page-head">
        <h1>{collection.title}</h1>
        <p class="quiet">
          {"by "}
          <a href={profileUrl(collection.owner)}>{collection.owner}</a>
          {` · ${countOf(collection.items.length, "adapter")} · changed ${dayOf(collection.updated_at)}`}
          {collection.base && ` · ${collection.base}`}
        </p>
        {collection.description && <PlainText text={collection.description} />}
        <Compose title={collection.title} items={collection.items} />
      </header>
      {isOwner && (
        <Owner collection={collection} editing={editing} edit={setEditing} changed={loaded.again} />
      )}
      {loaded.failure && <FailureNotice failure={loaded.failure} again={loaded.again} />}
      <Inside collection={collection} base={base.value} editing={editing && isOwner} changed={loaded.again} />
    </>
  );
}

function Inside(props: {
  collection: CollectionWithItems;
  base: Base | null;
  editing: boolean;
  changed: () => void;
}) {
  const { collection, base, editing, changed } = props;
  if (collection.items.length === 0) {
    return (
      <Empty title="Nobody is in it yet">
        <p>Every adapter's page has a button that puts it into a collection.</p>
        <div class="actions">
          <a class="button primary" href="/browse/">
            Browse adapters
          </a>
        </div>
      </Empty>
    );
  }
  return (
    <>
      {editing ? <Rows collection={collection} changed={changed} /> : <Cast items={collection.items} />}
      {base && <CollectionCrosstalk collection={collection} base={base} />}
    </>
  );
}

function Compose({ title, items }: { title: string; items: readonly CollectionItem[] }) {
  const { url, count, left } = composeLink(items);
  if (count === 0) return null;
  return (
    <div class="actions">
      <a class="button primary big" href={url}>
        {count === 1 ? "Compose with it" : `Compose these ${count}`}
      </a>
      <AddAllButton title={title} items={itemsOfAdapters(items.map(({ adapter }) => adapter))} text />
      {left > 0 && <span class="quiet">{`One composition takes ${count}; ${left} more stay here.`}</span>}
    </div>
  );
}

/** Loads the collection with all of its items: crosstalk needs every pair. */
async function whole(ref: string) {
  const reply = await people.collection(ref);
  if (!reply.ok) return reply;
  const { items } = reply.value;
  let cursor = reply.value.next_cursor;
  while (cursor !== null) {
    const page = await people.collectionItems(ref, { limit: REST_A_PAGE, cursor });
    if (!page.ok) return page;
    items.push(...page.value.items);
    cursor = page.value.next_cursor;
  }
  return { ok: true as const, value: { ...reply.value, items, next_cursor: null } };
}

function Gone({ id }: { id: string }) {
  return (
    <Empty title="No such collection" page>
      <p>
        {id === "" ? "The address names no collection." : `There is no collection ${id}.`} It may be private,
        or deleted by its owner.
      </p>
      <div class="actions">
        <a class="button primary" href="/collections/">
          See the collections
        </a>
      </div>
    </Empty>
  );
}
