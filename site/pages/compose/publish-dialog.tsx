// Publishes the composition of a finished picture as a mix: name, texts, visibility, and the picture as its cover.

import { useRef, useState } from "preact/hooks";
import {
  DESCRIPTION_MAX_CHARACTERS,
  PAGE_MAX,
  TITLE_MAX_CHARACTERS,
} from "../../../schema/contract/limits.ts";
import type { GeneratedImage, Generation } from "../../api.ts";
import { type Mix, type MixWithVersions, mixes, type Rating } from "../../api-mixes.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { type Failure, faultAt } from "../../ui/failure.ts";
import { Field, TextArea, TextField } from "../../ui/field.tsx";
import { mixUrl } from "../../ui/mix-card.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Picture } from "../../ui/picture.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useReply } from "../../ui/use-reply.ts";
import { type About, aboutOf, nameOf, publishMix, publishRequest } from "./publish-mix.ts";

const VISIBILITIES = [
  ["public", "Public"],
  ["unlisted", "Unlisted"],
  ["private", "Private"],
] as const;
const HINTS = {
  public: "In the list of mixes. Everyone in it must be public too.",
  unlisted: "For whoever has the address.",
  private: "For you alone.",
};
const RATINGS: readonly (readonly [Rating, string])[] = [
  ["general", "General"],
  ["sensitive", "Sensitive"],
  ["explicit", "Explicit"],
];

export function PublishDialog(props: {
  generation: Generation;
  image: GeneratedImage;
  from: string | null;
  handle: string;
  onClose: () => void;
}) {
  const { generation, image, handle } = props;
  const [entered, setEntered] = useState<Partial<About>>({});
  const [named, setNamed] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [done, setDone] = useState<MixWithVersions | null>(null);
  const made = useRef<{ id: string | null }>({ id: null });
  const existing = useExisting(handle, entered.name ?? "");
  const about = aboutOf(entered, existing);
  const set = (values: Partial<About>) => setEntered((before) => ({ ...before, ...values }));

  const send = async () => {
    setBusy(true);
    setFailure(null);
    const input = publishRequest(about, image.id);
    const reply = await publishMix(made.current, generation.request, props.from, input);
    setBusy(false);
    if (reply.ok) setDone(reply.value);
    else setFailure(reply.failure);
  };

  if (done) return <Published mix={done} onClose={props.onClose} />;
  const isNext = existing !== null;
  return (
    <Dialog title="Publish this mix" shape="box" onClose={props.onClose}>
      <form
        class="publish-mix"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) send();
        }}
      >
        <Field label="Title" fault={faultAt(failure, "/title")}>
          {(described) => (
            <input
              {...described}
              class="input"
              maxLength={TITLE_MAX_CHARACTERS}
              placeholder={existing?.title ?? "Two at the lake"}
              value={about.title}
              onInput={(event) => {
                const title = event.currentTarget.value;
                set(named ? { title } : { title, name: nameOf(title) });
              }}
            />
          )}
        </Field>
        <Field
          label="Name in its address"
          hint={
            isNext
              ? `Becomes version ${existing.number + 1} of ${existing.ref}. Earlier versions stay as they are.`
              : `${handle}/${about.name || "…"}`
          }
          fault={faultAt(failure, "/name")}
        >
          {(described) => (
            <input
              {...described}
              class="input"
              required
              pattern="[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?"
              title="a to z, 0 to 9 and inner hyphens"
              autocomplete="off"
              value={about.name}
              onInput={(event) => {
                setNamed(true);
                set({ name: event.currentTarget.value });
              }}
            />
          )}
        </Field>
        {isNext && (
          <TextField
            label="What is new in this version"
            fault={faultAt(failure, "/changelog")}
            value={about.changelog}
            onText={(text) => set({ changelog: text })}
          />
        )}
        <TextArea
          label="Description"
          fault={faultAt(failure, "/description")}
          rows={2}
          maxLength={DESCRIPTION_MAX_CHARACTERS}
          value={about.description}
          onText={(text) => set({ description: text })}
        />
        <div class="publish-row">
          <div class="field">
            <span class="label">Who may see it</span>
            <Segmented
              label="Who may see it"
              value={about.visibility}
              options={VISIBILITIES}
              onChange={(visibility) => set({ visibility })}
            />
            <p class="hint">{HINTS[about.visibility]}</p>
          </div>
          <Field label="Rating" fault={faultAt(failure, "/rating")}>
            {(described) => (
              <select
                {...described}
                class="input"
                value={about.rating}
                onChange={(event) => set({ rating: event.currentTarget.value as Rating })}
              >
                {RATINGS.map(([value, text]) => (
                  <option key={value} value={value}>
                    {text}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        <label class="check publish-cover">
          <input
            type="checkbox"
            checked={about.cover}
            onChange={(event) => set({ cover: event.currentTarget.checked })}
          />
          <span>
            This picture is its cover
            <span class="hint"> Whoever sees it can read its recipe, prompt and seed included.</span>
          </span>
          <Picture src={image.url} alt="" width={image.width} height={image.height} />
        </label>
        {failure && <FailureNotice failure={failure} />}
        <div class="actions">
          <button type="submit" class="button primary" disabled={busy || about.name === ""}>
            {busy ? "Publishing" : isNext ? `Publish version ${existing.number + 1}` : "Publish"}
          </button>
          <button type="button" class="button" onClick={props.onClose}>
            Not now
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** The existing mix of that name, if it is one of the caller's newest hundred. */
function useExisting(handle: string, name: string): Mix | null {
  const own = useReply(
    () => mixes.list({ owner: handle, rating: RATINGS.map(([rating]) => rating).join(","), limit: PAGE_MAX }),
    [handle],
  );
  const found = own.value?.items.find((mix) => mix.name === name);
  return found?.state === "published" ? found : null;
}

function Published({ mix, onClose }: { mix: MixWithVersions; onClose: () => void }) {
  const isShared = mix.visibility !== "private";
  return (
    <Dialog title={`${mix.title} is published`} shape="box" onClose={onClose}>
      <div class="publish-mix">
        <p>{`It is ${mix.ref}:${mix.number}. ${isShared ? "Its address shows the picture wherever it is shared." : "Only you see it."}`}</p>
        {isShared && <code class="share-address">{mix.share_url}</code>}
        <div class="actions">
          <a class="button primary" href={mixUrl(mix.ref)}>
            Open its page
          </a>
          {isShared && <CopyButton text={() => mix.share_url} label="Copy the address" class="button" />}
        </div>
      </div>
    </Dialog>
  );
}
