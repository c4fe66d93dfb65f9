// Publishes the composition of a finished picture as a mix: name, texts, visibility, and the picture as its cover.

import { useRef, useState } from "preact/hooks";
import { PAGE_MAX, TITLE_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import type { GeneratedImage, Generation } from "../../api.ts";
import { type Mix, type MixWithVersions, mixes } from "../../api-mixes.ts";
import { type Failure, faultAt } from "../../failure.ts";
import { RATINGS, VISIBILITIES } from "../../ui/choices.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { DescriptionField } from "../../ui/description-field.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, SelectField, TextField } from "../../ui/field.tsx";
import { mixUrl } from "../../ui/mix-card.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Picture } from "../../ui/picture.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useReply } from "../../ui/use-reply.ts";
import { useSend } from "../../ui/use-send.ts";
import { type About, aboutOf, nameOf, publishMix, publishRequest } from "./publish-mix.ts";

const HINTS = {
  public: "In the list of mixes. Everyone in it must be public too.",
  unlisted: "For whoever has the address.",
  private: "For you alone.",
};

export function PublishDialog(props: {
  request: Generation["request"];
  image: GeneratedImage;
  from: string | null;
  handle: string;
  onClose: () => void;
}) {
  const { request, image, handle } = props;
  const [entered, setEntered] = useState<Partial<About>>({});
  const { busy, failure, send } = useSend();
  const [done, setDone] = useState<MixWithVersions | null>(null);
  const made = useRef<{ id: string | null }>({ id: null });
  const existing = useExisting(handle, entered.name ?? "");
  const about = aboutOf(entered, existing);
  const set = (values: Partial<About>) => setEntered((before) => ({ ...before, ...values }));

  const publish = async () => {
    const input = publishRequest(about, image.id);
    const reply = await send(() => publishMix(made.current, request, props.from, input));
    if (reply.ok) setDone(reply.value);
  };

  if (done) return <Published mix={done} onClose={props.onClose} />;
  const isNext = existing !== null;
  return (
    <Dialog title="Publish this mix" shape="box" onClose={props.onClose}>
      <form
        class="publish-mix"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) publish();
        }}
      >
        <Naming about={about} entered={set} existing={existing} handle={handle} failure={failure} />
        {isNext && (
          <TextField
            label="What is new in this version"
            fault={faultAt(failure, "/changelog")}
            value={about.changelog}
            onText={(text) => set({ changelog: text })}
          />
        )}
        <DescriptionField
          failure={failure}
          rows={2}
          value={about.description}
          onText={(text) => set({ description: text })}
        />
        <Audience about={about} set={set} failure={failure} />
        <Cover about={about} set={set} image={image} />
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

interface Part {
  about: About;
  failure: Failure | null;
}

/** Title, and the name in the address, which follows the title until it is edited. */
function Naming(
  props: Part & { entered: (values: Partial<About>) => void; existing: Mix | null; handle: string },
) {
  const { about, entered, existing, handle, failure } = props;
  const [named, setNamed] = useState(false);
  const hint = existing
    ? `Becomes version ${existing.number + 1} of ${existing.ref}. Earlier versions stay as they are.`
    : `${handle}/${about.name || "…"}`;
  return (
    <>
      <TextField
        label="Title"
        fault={faultAt(failure, "/title")}
        maxLength={TITLE_MAX_CHARACTERS}
        placeholder={existing?.title ?? "Two at the lake"}
        value={about.title}
        onText={(title) => entered(named ? { title } : { title, name: nameOf(title) })}
      />
      <Field label="Name in its address" hint={hint} fault={faultAt(failure, "/name")}>
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
              entered({ name: event.currentTarget.value });
            }}
          />
        )}
      </Field>
    </>
  );
}

function Audience({ about, set, failure }: Part & { set: (values: Partial<About>) => void }) {
  return (
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
      <SelectField
        label="Rating"
        fault={faultAt(failure, "/rating")}
        value={about.rating}
        options={RATINGS}
        onChoose={(rating) => set({ rating })}
      />
    </div>
  );
}

function Cover(props: { about: About; set: (values: Partial<About>) => void; image: GeneratedImage }) {
  const { about, set, image } = props;
  return (
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
