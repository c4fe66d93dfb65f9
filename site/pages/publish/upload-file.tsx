// Uploads a file: checks it, chooses its adapter, sends it, shows its scan, publishes it. Problems are reported before anything is sent.

import { useState } from "preact/hooks";
import { classOf } from "../../../functions/lib/slot.ts";
import {
  type Account,
  type Adapter,
  type AdapterWithVersions,
  api,
  type Base,
  type Reply,
  type Version,
} from "../../api.ts";
import { publishing } from "../../api-publish.ts";
import { codeOf, type Failure } from "../../failure.ts";
import { TextArea } from "../../ui/field.tsx";
import { bytesOf } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { nameFrom } from "../../ui/name-from.ts";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { useReply } from "../../ui/use-reply.ts";
import { type About, adapterOf, EMPTY_ABOUT, missingIn } from "./about.ts";
import { AboutStep } from "./about-step.tsx";
import { DropZone } from "./drop-zone.tsx";
import type { Checked, FileFacts } from "./file-check.ts";
import { remedyOf } from "./file-remedies.ts";
import { FileReview } from "./file-review.tsx";
import { OwnMachine } from "./own-machine.tsx";
import { type Sending, sendFile } from "./sending.ts";
import { SendingBar } from "./sending-bar.tsx";
import { Step } from "./step.tsx";

interface Props {
  account: Account;
  base: Base;
  /** The adapter that the file is a new version of; null to find it by its slot. */
  adapter: AdapterWithVersions | null;
}
type Opened = { file: File; checked: Checked };

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
  const [changelog, setChangelog] = useState("");
  /** Created by an earlier attempt: a second one continues with it. */
  const [made, setMade] = useState<Adapter | null>(null);
  const [sending, setSending] = useState<Sending | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [version, setVersion] = useState<Version | null>(null);

  const facts = opened && "facts" in opened.checked ? opened.checked.facts : null;
  const holder =
    own.value?.items.find(({ slot, base: of }) => slot === facts?.slot && of === base.id) ?? null;
  const target = adapter ?? made ?? holder;
  const misplaced =
    facts !== null && target !== null && target.slot !== null && target.slot !== facts.slot ? target : null;

  const open = async ([file]: File[]) => {
    if (!file) return;
    setFailure(null);
    const { checkFile } = await import("./file-check.ts");
    const checked = await checkFile(file, base);
    setOpened({ file, checked });
    if ("facts" in checked) setAbout(aboutOf(checked.facts));
  };

  const send = async () => {
    if (!opened || !facts) return;
    setFailure(null);
    const reply = await sendVersion({ file: opened.file, facts }, target, () => adapterOf(about, base.id), {
      changelog,
      onMade: setMade,
      onProgress: setSending,
    });
    setSending(null);
    if (reply.ok) setVersion(reply.value);
    else setFailure(reply.failure);
  };

  if (version) return <FileReview version={version} />;
  const missing = !facts ? "Choose a file first." : target ? null : missingIn(about);
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
      {facts && !misplaced && (
        <Step number={2} title={target ? "What is new" : "About it"}>
          {target ? (
            <TextArea
              label="Changelog"
              hint={`Slot ${facts.slot} is that of ${target.ref}: this becomes its next version.`}
              rows={3}
              value={changelog}
              onText={setChangelog}
            />
          ) : (
            <AboutStep about={about} handle={account.handle} failure={failure} at="" onChange={setAbout} />
          )}
        </Step>
      )}
      {facts && !misplaced && (
        <Step number={3} title="Send">
          <p class="quiet start-line">
            The file is checked on arrival, then scanned: hashes, values, norms, and whether somebody else has
            published the same. Nobody sees it before you publish it.
          </p>
          {failure && <FailureNotice failure={failure} />}
          {failure && codeOf(failure) === "slot_taken" && (
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

function OpenedFile({ file, checked, base }: Opened & { base: Base }) {
  if ("fault" in checked) {
    return (
      <Notice variant="bad" title={`${file.name} can't be published`}>
        <p>{checked.fault.detail}</p>
        <p>{remedyOf(checked.fault.reason)}</p>
      </Notice>
    );
  }
  const { slot, trigger, strength, concept } = checked.facts;
  return (
    <dl class="file-facts">
      <Fact name="File">{`${file.name}, ${bytesOf(file.size)}`}</Fact>
      <Fact name="Concept">{concept}</Fact>
      <Fact name="Trigger">
        <code>{trigger}</code>
      </Fact>
      <Fact name="Slot">{`${slot} of ${base.title}, class ${classOf(slot, base.slots.class_size)}`}</Fact>
      <Fact name="Strength">{strength}</Fact>
    </dl>
  );
}

const Fact = (props: { name: string; children: preact.ComponentChildren }) => (
  <div>
    <dt>{props.name}</dt>
    <dd>{props.children}</dd>
  </div>
);

/** Creates the adapter if there is none, takes its slot, uploads the bytes, creates the version: skips each step that an earlier attempt has done. */
async function sendVersion(
  { file, facts }: { file: File; facts: FileFacts },
  target: Adapter | null,
  input: () => Parameters<typeof publishing.createAdapter>[0],
  more: { changelog: string; onMade: (adapter: Adapter) => void; onProgress: (sending: Sending) => void },
): Promise<Reply<Version>> {
  const adapter: Reply<Adapter> = target
    ? { ok: true, value: target }
    : await publishing.createAdapter(input());
  if (!adapter.ok) return adapter;
  more.onMade(adapter.value);
  const { ref } = adapter.value;
  const slot = await publishing.reserveSlot(ref, { slot: facts.slot });
  if (!slot.ok) return slot;
  const upload = await sendFile(file, more.onProgress);
  if (!upload.ok) return upload;
  return publishing.createVersion(ref, {
    upload_id: upload.value.id as `upl_${string}`,
    changelog: more.changelog,
  });
}
