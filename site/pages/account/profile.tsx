// The public profile: picture, name, description; and the ratings that lists show the account.

import { useRef, useState } from "preact/hooks";
import { BIO_MAX_CHARACTERS, PERSON_NAME_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import { type Account, upload } from "../../api.ts";
import { accounts, type ProfilePatch } from "../../api-account.ts";
import { type Failure, faultAt } from "../../failure.ts";
import { TextArea, TextField } from "../../ui/field.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Avatar } from "../../ui/person.tsx";
import { profileUrl } from "../../ui/plain-text.ts";
import { CropDialog } from "../publish/crop-dialog.tsx";
import { ACCEPTED_FILES, type Chosen, discard, readPicture, recropped } from "../publish/pictures.ts";

type Rating = Account["shown_ratings"][number];
const MORE_RATINGS: readonly (readonly [Rating, string])[] = [
  ["sensitive", "Sensitive: violence, or bodies with little on"],
  ["explicit", "Explicit: for adults only"],
];

export function ProfileForm({ account, changed }: { account: Account; changed: (now: Account) => void }) {
  const [name, setName] = useState(account.name);
  const [bio, setBio] = useState(account.bio);
  const [ratings, setRatings] = useState<readonly Rating[]>(account.shown_ratings);
  const [trainingEmails, setTrainingEmails] = useState(account.training_emails);
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  const send = async (patch: ProfilePatch) => {
    setBusy(true);
    setSaved(false);
    const reply = await accounts.changeProfile(patch);
    setBusy(false);
    setFailure(reply.ok ? null : reply.failure);
    setSaved(reply.ok);
    if (reply.ok) changed(reply.value);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    return send({ name, bio, shown_ratings: [...ratings], training_emails: trainingEmails });
  };
  return (
    <section class="account-section" id="profile">
      <div class="card-line">
        <h2>Profile</h2>
        <a class="button small" href={profileUrl(account.handle)}>
          See your page
        </a>
      </div>
      <div class="profile-form">
        <AvatarField account={account} busy={busy} send={send} />
        <form onSubmit={submit}>
          <TextField
            label="Name"
            fault={faultAt(failure, "/name")}
            required
            maxLength={PERSON_NAME_MAX_CHARACTERS}
            autocomplete="name"
            value={name}
            onText={setName}
          />
          <p class="hint">
            {`Your handle is ${account.handle}. It never changes: it stands in the name of everything you publish.`}
          </p>
          <TextArea
            label="About you"
            hint={`Plain text, at most ${BIO_MAX_CHARACTERS.toLocaleString("en")} characters.`}
            fault={faultAt(failure, "/bio")}
            rows={4}
            maxLength={BIO_MAX_CHARACTERS}
            value={bio}
            onText={setBio}
          />
          <fieldset class="scopes">
            <legend class="label">Beside what is for everybody, show me</legend>
            {MORE_RATINGS.map(([rating, text]) => (
              <label class="check" key={rating}>
                <input
                  type="checkbox"
                  checked={ratings.includes(rating)}
                  onChange={() =>
                    setRatings(
                      ratings.includes(rating)
                        ? ratings.filter((one) => one !== rating)
                        : [...ratings, rating],
                    )
                  }
                />
                <span>{text}</span>
              </label>
            ))}
          </fieldset>
          <fieldset class="scopes">
            <legend class="label">Write to me</legend>
            <label class="check">
              <input
                type="checkbox"
                checked={trainingEmails}
                onChange={(event) => setTrainingEmails(event.currentTarget.checked)}
              />
              <span>
                When a training of mine has ended
                {!account.email_verified && (
                  <span class="quiet"> (once you have confirmed your address)</span>
                )}
              </span>
            </label>
          </fieldset>
          {failure && !faultAt(failure, "/name") && !faultAt(failure, "/bio") && (
            <FailureNotice failure={failure} />
          )}
          <div class="actions">
            <button type="submit" class="button primary" disabled={busy}>
              {busy ? "Saving" : "Save"}
            </button>
            <span class="quiet" role="status">
              {saved ? "Saved" : ""}
            </span>
          </div>
        </form>
      </div>
    </section>
  );
}

function AvatarField(props: {
  account: Account;
  busy: boolean;
  send: (patch: ProfilePatch) => Promise<void>;
}) {
  const { account, busy, send } = props;
  const [picture, setPicture] = useState<Chosen | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const input = useRef<HTMLInputElement>(null);

  const choose = async (file: File | undefined) => {
    if (!file) return;
    const read = await readPicture(file);
    setFailure(null);
    if ("refused" in read) return setRefused(read.refused);
    setRefused(null);
    setPicture(read.picture);
  };
  const close = () => {
    if (picture) discard(picture);
    setPicture(null);
    if (input.current) input.current.value = "";
  };
  return (
    <div class="avatar-field">
      <Avatar person={account} />
      <div class="actions">
        <button type="button" class="button small" disabled={busy} onClick={() => input.current?.click()}>
          {account.avatar_url ? "Change the picture" : "Choose a picture"}
        </button>
        {account.avatar_url && (
          <button
            type="button"
            class="button small plain"
            disabled={busy}
            onClick={() => send({ avatar_upload_id: null })}
          >
            Take it away
          </button>
        )}
        <input
          ref={input}
          class="visually-hidden"
          type="file"
          tabIndex={-1}
          aria-label="A picture of you"
          accept={ACCEPTED_FILES}
          onChange={(event) => choose(event.currentTarget.files?.[0])}
        />
      </div>
      {refused && (
        <p class="fault" role="alert">
          {refused}
        </p>
      )}
      {failure && <FailureNotice failure={failure} />}
      {picture && (
        <CropDialog
          picture={picture}
          hint="It is shown small and round."
          onClose={close}
          onCrop={async (crop) => {
            const cut = await recropped(picture, crop);
            const sent = await upload("avatar", cut.square, cut.name);
            URL.revokeObjectURL(cut.url);
            close();
            if (sent.ok) await send({ avatar_upload_id: sent.value.id });
            else setFailure(sent.failure);
          }}
        />
      )}
    </div>
  );
}
