// Creates a collection, or edits its texts. Its name is derived from the title once and then stays.

import { useState } from "preact/hooks";
import { TITLE_MAX_CHARACTERS } from "../../schema/contract/limits.ts";
import { type Collection, people } from "../api-people.ts";
import { type Failure, faultAt } from "../failure.ts";
import { VISIBILITIES } from "./choices.ts";
import { collectionNameFrom } from "./collection-name.ts";
import { DescriptionField } from "./description-field.tsx";
import { TextField } from "./field.tsx";
import { FailureNotice } from "./notice.tsx";
import { Segmented } from "./segmented.tsx";

const HINTS = {
  public: "Everybody finds it.",
  unlisted: "Whoever has the address sees it; no list shows it.",
  private: "Only you see it.",
};

export function CollectionForm(props: {
  collection?: Collection;
  action: string;
  done: (collection: Collection) => void;
  cancel?: () => void;
}) {
  const { collection } = props;
  const [title, setTitle] = useState(collection?.title ?? "");
  const [description, setDescription] = useState(collection?.description ?? "");
  const [visibility, setVisibility] = useState(collection?.visibility ?? "public");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    const words = { title, description, visibility };
    const reply = await (collection
      ? people.changeCollection(collection.ref, words)
      : people.createCollection({ name: collectionNameFrom(title), ...words }));
    setBusy(false);
    setFailure(reply.ok ? null : reply.failure);
    if (reply.ok) props.done(reply.value);
  };
  return (
    <form class="collection-form" onSubmit={submit}>
      <TextField
        label="Title"
        fault={faultAt(failure, "/title") ?? faultAt(failure, "/name")}
        {...(collection === undefined &&
          title.trim() !== "" && { hint: `Its address ends in ${collectionNameFrom(title)}` })}
        required
        maxLength={TITLE_MAX_CHARACTERS}
        value={title}
        onText={setTitle}
      />
      <DescriptionField failure={failure} rows={3} value={description} onText={setDescription} />
      <div class="field">
        <Segmented label="Who sees it" value={visibility} options={VISIBILITIES} onChange={setVisibility} />
        <p class="hint">{HINTS[visibility]}</p>
      </div>
      {failure && <FailureNotice failure={failure} />}
      <div class="actions">
        <button type="submit" class="button small primary" disabled={busy || title.trim() === ""}>
          {busy ? "Saving" : props.action}
        </button>
        {props.cancel && (
          <button type="button" class="button small" onClick={props.cancel}>
            Cancel
          </button>
        )}
      </div>
    </form>
  );
}
