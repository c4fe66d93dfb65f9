// Actions of the collection's owner: edit, reorder, delete.

import { useState } from "preact/hooks";
import { type CollectionWithItems, people } from "../../api-people.ts";
import type { Failure } from "../../failure.ts";
import { CollectionForm } from "../../ui/collection-form.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FailureNotice } from "../../ui/notice.tsx";

export function Owner(props: {
  collection: CollectionWithItems;
  editing: boolean;
  edit: (on: boolean) => void;
  changed: () => void;
}) {
  const { collection, editing } = props;
  const [asking, setAsking] = useState<"words" | "delete" | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const remove = async () => {
    const reply = await people.deleteCollection(collection.ref);
    if (reply.ok) return location.assign("/collections/#yours");
    setAsking(null);
    setFailure(reply.failure);
  };
  return (
    <section class="owner-bar" aria-label="Yours to manage">
      <span class="tag busy">Yours</span>
      {collection.visibility !== "public" && <span class="tag">{collection.visibility}</span>}
      {collection.class !== null && (
        <span class="quiet">{`New drafts of yours in it get slots of class ${collection.class}.`}</span>
      )}
      {collection.items.length > 0 && (
        <button
          type="button"
          class={`button small ${editing ? "primary" : ""}`}
          aria-pressed={editing}
          onClick={() => props.edit(!editing)}
        >
          {editing ? "Done" : "Order and notes"}
        </button>
      )}
      <button type="button" class="button small" onClick={() => setAsking("words")}>
        Title and visibility
      </button>
      <button type="button" class="button small danger" onClick={() => setAsking("delete")}>
        Delete
      </button>
      {failure && <FailureNotice failure={failure} />}
      {asking === "words" && (
        <Dialog title="Title and visibility" shape="box" onClose={() => setAsking(null)}>
          <CollectionForm
            collection={collection}
            action="Save"
            done={() => {
              setAsking(null);
              props.changed();
            }}
            cancel={() => setAsking(null)}
          />
        </Dialog>
      )}
      {asking === "delete" && (
        <Dialog title={`Delete ${collection.title}?`} shape="box" onClose={() => setAsking(null)}>
          <p class="owner-question">The adapters in it stay as they are. This can't be undone.</p>
          <div class="actions">
            <button type="button" class="button danger" onClick={remove}>
              Delete for good
            </button>
            <button type="button" class="button" onClick={() => setAsking(null)}>
              Keep it
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
