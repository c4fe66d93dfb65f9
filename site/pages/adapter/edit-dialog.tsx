// Edits an adapter's texts, visibility and rating, and its licence as long as nothing is published.

import { useState } from "preact/hooks";
import { DESCRIPTION_MAX_CHARACTERS, TITLE_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import { type AdapterPatch, type AdapterWithVersions, api } from "../../api.ts";
import { type Failure, faultAt } from "../../failure.ts";
import { RATINGS, VISIBILITIES } from "../../ui/choices.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextArea, TextField } from "../../ui/field.tsx";
import { LicenceChoice, type LicenceOption } from "../../ui/licence-choice.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { SaveActions } from "../../ui/save-actions.tsx";
import { LICENCES, tagsFrom } from "../publish/about.ts";

const CREDITS_MAX_CHARACTERS = 1_000;

export function EditDialog(props: {
  adapter: AdapterWithVersions;
  onClose: () => void;
  changed: () => void;
}) {
  const { adapter } = props;
  const [words, setWords] = useState({
    title: adapter.title,
    concept: adapter.concept,
    description: adapter.description,
    tags: adapter.tags.join(", "),
    credits: adapter.credits,
    visibility: adapter.visibility,
    rating: adapter.rating,
    licence: adapter.licence.spdx,
  });
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const set = (values: Partial<typeof words>) => setWords({ ...words, ...values });
  const fault = (field: string) => faultAt(failure, `/${field}`);
  const licenceOpen = adapter.published_at === null;

  const save = async () => {
    setBusy(true);
    const { licence, tags, ...plain } = words;
    const chosen = LICENCES.find(({ id }) => id === licence);
    const patch: AdapterPatch = { ...plain, tags: tagsFrom(tags) };
    if (licenceOpen && chosen && licence !== adapter.licence.spdx) patch.licence = chosen.licence;
    const reply = await api.changeAdapter(adapter.ref, patch);
    setBusy(false);
    if (!reply.ok) return setFailure(reply.failure);
    props.onClose();
    props.changed();
  };

  return (
    <Dialog title={`Edit ${adapter.ref}`} shape="sheet" onClose={props.onClose}>
      <form
        class="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) save();
        }}
      >
        <TextField
          label="Name"
          fault={fault("title")}
          required
          maxLength={TITLE_MAX_CHARACTERS}
          value={words.title}
          onText={(text) => set({ title: text })}
        />
        <TextField
          label="In one line"
          fault={fault("concept")}
          required
          maxLength={TITLE_MAX_CHARACTERS}
          value={words.concept}
          onText={(text) => set({ concept: text })}
        />
        <TextArea
          label="More to say"
          fault={fault("description")}
          rows={5}
          maxLength={DESCRIPTION_MAX_CHARACTERS}
          value={words.description}
          onText={(text) => set({ description: text })}
        />
        <TextField
          label="Tags"
          hint="Divided by commas."
          fault={fault("tags")}
          value={words.tags}
          onText={(text) => set({ tags: text })}
        />
        <TextArea
          label="Credits"
          hint="Whose pictures or work went into it."
          fault={fault("credits")}
          rows={2}
          maxLength={CREDITS_MAX_CHARACTERS}
          value={words.credits}
          onText={(text) => set({ credits: text })}
        />
        <SelectField
          label="Who may see it"
          options={VISIBILITIES}
          value={words.visibility}
          fault={fault("visibility")}
          onChoose={(visibility) => set({ visibility })}
        />
        <SelectField
          label="Rating"
          options={RATINGS}
          value={words.rating}
          fault={fault("rating")}
          onChoose={(rating) => set({ rating })}
        />
        {licenceOpen ? (
          <LicenceChoice
            options={licenceOptions(adapter.licence.spdx)}
            value={words.licence}
            fault={fault("licence")}
            onChoose={(licence) => set({ licence })}
          />
        ) : (
          <p class="quiet">{`Licence ${adapter.licence.spdx}. People rely on it since the first publication, so it stays.`}</p>
        )}
        {failure && <FailureNotice failure={failure} />}
        <SaveActions busy={busy} onCancel={props.onClose} />
      </form>
    </Dialog>
  );
}

/** An adapter may have a licence that the site does not offer. */
function licenceOptions(present: string): readonly LicenceOption[] {
  if (LICENCES.some(({ id }) => id === present)) return LICENCES;
  return [{ id: present, name: present, text: "As it is now" }, ...LICENCES];
}
