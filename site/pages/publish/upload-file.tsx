// Uploads a file: checks it, chooses its adapter, sends it, shows its scan, publishes it. Problems are reported before anything is sent.

import { useState } from "preact/hooks";
import { FOREIGN_WORDS_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import {
  type Account,
  type Adapter,
  type AdapterWithVersions,
  api,
  type Base,
  type Version,
} from "../../api.ts";
import { codeOf, type Failure } from "../../failure.ts";
import { TextArea, TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { nameFrom } from "../../ui/name-from.ts";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { useReply } from "../../ui/use-reply.ts";
import { type About, adapterOf, EMPTY_ABOUT, missingIn } from "./about.ts";
import { AboutStep } from "./about-step.tsx";
import { DropZone } from "./drop-zone.tsx";
import type { FileFacts } from "./file-check.ts";
import { remedyOf } from "./file-remedies.ts";
import { FileReview } from "./file-review.tsx";
import { type Opened, OpenedFile } from "./opened-file.tsx";
import { OwnMachine } from "./own-machine.tsx";
import { sendVersion } from "./send-version.ts";
import type { Sending } from "./sending.ts";
import { SendingBar } from "./sending-bar.tsx";
import { Step } from "./step.tsx";

interface Props {
  account: Account;
  base: Base;
  /** The adapter that the file is a new version of; null to find it by its slot. */
  adapter: AdapterWithVersions | null;
}
const aboutOf = ({ concept, classWord, trigger }: FileFacts): About => ({
  ...EMPTY_ABOUT,
  title: concept,
  name: nameFrom(trigger.slice(1, -1)),
  named: true,
  classWord,
});

export function UploadFile({ account, base, adapter }: Props) {
  const own = useReply(() => api.adapters({ owner: account.handle, limit: 100 }), [account.handle]);
  const [opened, setOpened] = useState<Opened | null>(null);
  const [about, setAbout] = useState<About>(EMPTY_ABOUT);
  /** What users of a LoRA of another program write for it. */
  const [words, setWords] = useState("");
  const [changelog, setChangelog] = useState("");
  /** Created by an earlier attempt: a second one continues with it. */
  const [made, setMade] = useState<Adapter | null>(null);
  const [sending, setSending] = useState<Sending | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [version, setVersion] = useState<Version | null>(null);

  const facts = opened && "facts" in opened.checked ? opened.checked.facts : null;
  const foreign = opened && "foreign" in opened.checked ? opened.checked.foreign : null;
  const holder =
    own.value?.items.find(({ slot, base: of }) => facts !== null && slot === facts.slot && of === base.id) ??
    null;
  const target = adapter ?? made ?? holder;
  const misplaced =
    facts !== null && target !== null && target.slot !== null && target.slot !== facts.slot ? target : null;

  const isGood = facts !== null || foreign !== null;

  const open = async ([file]: File[]) => {
    if (!file) return;
    setFailure(null);
    const { checkFile } = await import("./file-check.ts");
    const checked = await checkFile(file, base);
    setOpened({ file, checked });
    if ("facts" in checked) setAbout(aboutOf(checked.facts));
    if ("foreign" in checked) {
      const title = file.name.replace(/\.safetensors$/, "");
      setAbout({ ...EMPTY_ABOUT, title, name: nameFrom(title) });
      setWords(checked.foreign.triggers[0] ?? "");
    }
  };

  const send = async () => {
    if (!opened || !isGood) return;
    setFailure(null);
    const sent = { file: opened.file, slot: facts?.slot ?? null };
    const reply = await sendVersion(sent, target, () => adapterOf(about, base.id), {
      changelog,
      ...(foreign && { words }),
      onMade: setMade,
      onProgress: setSending,
    });
    setSending(null);
    if (reply.ok) setVersion(reply.value);
    else setFailure(reply.failure);
  };

  if (version) return <FileReview version={version} />;
  const missing = !isGood ? "Choose a file first." : target ? null : missingIn(about);
  return (
    <form
      class="publish-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!missing && !misplaced && sending === null) send();
      }}
    >
      <Step number={1} title="The file">
        <DropZone
          icon="upload"
          title={opened === null ? "Drop the .safetensors file here, or choose it" : "Choose another file"}
          hint="It is looked into on your machine first; nothing is sent yet."
          label="Adapter file"
          slim={opened !== null}
          onFiles={open}
        />
        {opened && <OpenedFile {...opened} base={base} />}
        {misplaced && facts && (
          <Notice variant="bad" title={`This file lives in slot ${facts.slot}`}>
            <p>{`${misplaced.ref} owns slot ${misplaced.slot}, and a file works in its own slot only.`}</p>
            <p>{remedyOf("slot_mismatch")}</p>
          </Notice>
        )}
        {!opened && <OwnMachine account={account} base={base} adapter={adapter} />}
      </Step>
      {isGood && !misplaced && (
        <Step number={2} title={target ? "What is new" : "About it"}>
          {target ? (
            <TextArea
              label="Changelog"
              hint={
                facts
                  ? `Slot ${facts.slot} is that of ${target.ref}: this becomes its next version.`
                  : `This becomes the next version of ${target.ref}.`
              }
              rows={3}
              value={changelog}
              onText={setChangelog}
            />
          ) : (
            <AboutStep about={about} handle={account.handle} failure={failure} at="" onChange={setAbout} />
          )}
          {foreign && (
            <TextField
              label="Words that its users write"
              hint={`Where a prompt names <${target?.name ?? (about.name || "name")}>, the base reads these words there and the LoRA acts there. Empty for a style: it always acts on the whole picture.`}
              value={words}
              maxLength={FOREIGN_WORDS_MAX_CHARACTERS}
              placeholder="rexdog dog"
              onText={setWords}
            />
          )}
        </Step>
      )}
      {isGood && !misplaced && (
        <Step number={3} title="Send">
          <p class="quiet start-line">
            The file is checked on arrival, then scanned: hashes, values, norms, and whether somebody else has
            published the same. Nobody sees it before you publish it.
          </p>
          {failure && <FailureNotice failure={failure} />}
          {failure && facts && codeOf(failure) === "slot_taken" && (
            <p class="quiet start-line">
              {`Slot ${facts.slot} is somebody else's, and the file works in no other. Reserve a slot, train in it, and come back; the draft stays yours.`}
            </p>
          )}
          {sending && opened && <SendingBar sending={sending} />}
          <div class="actions">
            <button type="submit" class="button primary big" disabled={missing !== null || sending !== null}>
              <Icon name="upload" />
              {sending ? "Sending" : failure ? "Try again" : "Send the file"}
            </button>
            <span class="quiet" role="status">
              {sending ? null : missing}
            </span>
          </div>
        </Step>
      )}
    </form>
  );
}
