// Adds an adapter to the caller's collections or removes it, and creates new collections.

import { useEffect, useState } from "preact/hooks";
import type { Adapter } from "../api.ts";
import { type Collection, people } from "../api-people.ts";
import type { Failure } from "../failure.ts";
import { collectionUrl } from "./collection-card.tsx";
import { CollectionForm } from "./collection-form.tsx";
import { Dialog } from "./dialog.tsx";
import { countOf } from "./format.ts";
import { FailureNotice } from "./notice.tsx";

type Row = { collection: Collection; holds: boolean };
const LISTED = 100;

export function CollectDialog(props: { adapter: Adapter; owner: string; onClose: () => void }) {
  const { adapter, owner } = props;
  const [rows, setRows] = useState<Row[] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [making, setMaking] = useState(false);

  const load = async () => {
    setFailure(null);
    const [all, holding] = await Promise.all([
      people.collections({ owner, sort: "updated", limit: LISTED }),
      people.collections({ owner, adapter: adapter.ref, limit: LISTED }),
    ]);
    if (!all.ok) return setFailure(all.failure);
    if (!holding.ok) return setFailure(holding.failure);
    const held = new Set(holding.value.items.map(({ id }) => id));
    setRows(all.value.items.map((collection) => ({ collection, holds: held.has(collection.id) })));
    setMaking(all.value.items.length === 0);
  };
  useEffect(() => {
    load();
  }, []);

  /** Updates its count at once; a database trigger does the same. */
  const mark = (id: string, holds: boolean) =>
    setRows((before) => before?.map((row) => (row.collection.id === id ? marked(row, holds) : row)) ?? null);
  const set = async ({ collection }: Row, holds: boolean) => {
    mark(collection.id, holds);
    setFailure(null);
    const reply = await (holds
      ? people.putItem(collection.ref, adapter.ref)
      : people.takeOut(collection.ref, adapter.ref));
    if (reply.ok) return;
    mark(collection.id, !holds);
    setFailure(reply.failure);
  };
  const made = async (collection: Collection) => {
    setRows((before) => [{ collection, holds: false }, ...(before ?? [])]);
    setMaking(false);
    await set({ collection, holds: false }, true);
  };

  return (
    <Dialog title="Add to a collection" shape="box" onClose={props.onClose}>
      <div class="collect">
        {failure && <FailureNotice failure={failure} {...(rows === null && { again: load })} />}
        {rows === null && !failure && <p class="skeleton">Loading</p>}
        {rows !== null && rows.length > 0 && (
          <fieldset class="collect-rows">
            <legend class="visually-hidden">Your collections</legend>
            {rows.map((row) => (
              <CollectRow key={row.collection.id} row={row} base={adapter.base} set={set} />
            ))}
          </fieldset>
        )}
        {making ? (
          <CollectionForm
            action="Make it and add"
            done={made}
            {...(rows !== null && rows.length > 0 && { cancel: () => setMaking(false) })}
          />
        ) : (
          rows !== null && (
            <button type="button" class="button small" onClick={() => setMaking(true)}>
              New collection
            </button>
          )
        )}
      </div>
    </Dialog>
  );
}

function marked({ collection, holds }: Row, wanted: boolean): Row {
  const item_count = collection.item_count + Number(wanted) - Number(holds);
  return { collection: { ...collection, item_count }, holds: wanted };
}

function CollectRow(props: { row: Row; base: string; set: (row: Row, holds: boolean) => void }) {
  const { collection, holds } = props.row;
  const fits = collection.base === null || collection.base === props.base;
  return (
    <div class="collect-row">
      <label class="check">
        <input
          type="checkbox"
          checked={holds}
          disabled={!fits}
          onChange={(event) => props.set(props.row, event.currentTarget.checked)}
        />
        <span>
          {collection.title}
          <span class="quiet">
            {fits
              ? ` · ${countOf(collection.item_count, "adapter")}${collection.visibility === "public" ? "" : `, ${collection.visibility}`}`
              : ` · a cast of ${collection.base}`}
          </span>
        </span>
      </label>
      <a class="quiet" href={collectionUrl(collection.ref)} aria-label={`Open ${collection.title}`}>
        Open
      </a>
    </div>
  );
}
