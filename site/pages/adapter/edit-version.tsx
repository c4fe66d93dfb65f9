// Edits a version's changelog, previews and, while it is a draft, the recommended strength.

import { useState } from "preact/hooks";
import { STRENGTH_MAX, STRENGTH_MIN, VERSION_PREVIEWS_MAX } from "../../../schema/contract/limits.ts";
import { api, type Reply, upload, type Version } from "../../api.ts";
import { type Preview, publishing, type VersionPatch } from "../../api-publish.ts";
import { type Failure, faultAt } from "../../failure.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { SaveActions } from "../../ui/save-actions.tsx";
import { useReply } from "../../ui/use-reply.ts";
import { PreviewRow, type Shown } from "./preview-row.tsx";

const shownOf = ({ id, url }: Preview): Shown => ({ id, url });
const GENERATIONS_LOOKED_AT = 24;

export function EditVersion(props: { version: Version; onClose: () => void; changed: () => void }) {
  const { version } = props;
  const [changelog, setChangelog] = useState(version.changelog);
  const [strength, setStrength] = useState(String(version.strength));
  const [previews, setPreviews] = useState<readonly Shown[]>(version.previews.map(shownOf));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const generations = useReply(() => api.generations({ limit: GENERATIONS_LOOKED_AT }), []);
  const pictures = (generations.value?.items ?? [])
    .filter(({ request }) => request.adapters.some(({ version_id }) => version_id === version.id))
    .flatMap(({ result }) => result?.images ?? [])
    .filter(({ id }) => !previews.some((shown) => shown.id === id));
  const isDraft = version.state === "draft";
  const room = VERSION_PREVIEWS_MAX - previews.length;

  const add = async (files: readonly File[]) => {
    setBusy(true);
    for (const file of files.slice(0, room)) {
      const reply: Reply<{ id: string }> = await upload("preview", file, file.name);
      if (!reply.ok) {
        setFailure(reply.failure);
        break;
      }
      const shown: Shown = { id: reply.value.id as `upl_${string}`, url: URL.createObjectURL(file) };
      setPreviews((before) => [...before, shown]);
    }
    setBusy(false);
  };

  const save = async () => {
    setBusy(true);
    const patch: VersionPatch = { changelog, previews: previews.map(({ id }) => id) };
    if (isDraft) patch.strength = Number(strength);
    const reply = await publishing.changeVersion(version.id, patch);
    setBusy(false);
    if (!reply.ok) return setFailure(reply.failure);
    props.onClose();
    props.changed();
  };

  return (
    <Dialog title={`Edit version ${version.number}`} shape="sheet" onClose={props.onClose}>
      <form
        class="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) save();
        }}
      >
        <Field label="Changelog" fault={faultAt(failure, "/changelog")}>
          {(described) => (
            <textarea
              {...described}
              class="input"
              rows={4}
              value={changelog}
              onInput={(event) => setChangelog(event.currentTarget.value)}
            />
          )}
        </Field>
        {isDraft && (
          <Field label="Recommended strength" fault={faultAt(failure, "/strength")}>
            {(described) => (
              <input
                {...described}
                class="input"
                type="number"
                required
                step="0.05"
                min={STRENGTH_MIN}
                max={STRENGTH_MAX}
                value={strength}
                onInput={(event) => setStrength(event.currentTarget.value)}
              />
            )}
          </Field>
        )}
        <PreviewRow
          shown={previews}
          offered={pictures.map(({ id, url }) => ({ id: id as `img_${string}`, url }))}
          room={room}
          onChange={setPreviews}
          onFiles={add}
        />
        {failure && <FailureNotice failure={failure} />}
        <SaveActions busy={busy} onCancel={props.onClose} />
      </form>
    </Dialog>
  );
}
