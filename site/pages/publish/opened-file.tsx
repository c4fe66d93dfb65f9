// What was found in a file that was opened, before anything is sent.

import { classOf } from "../../../functions/lib/slot.ts";
import type { Base } from "../../api.ts";
import { InexactTag } from "../../ui/adapter-card.tsx";
import { bytesOf } from "../../ui/format.ts";
import { Notice } from "../../ui/notice.tsx";
import type { Checked } from "./file-check.ts";
import { remedyOf } from "./file-remedies.ts";

export type Opened = { file: File; checked: Checked };

export function OpenedFile({ file, checked, base }: Opened & { base: Base }) {
  if ("fault" in checked) {
    return (
      <Notice variant="bad" title={`${file.name} can't be published`}>
        <p>{checked.fault.detail}</p>
        <p>{remedyOf(checked.fault.reason)}</p>
      </Notice>
    );
  }
  if ("foreign" in checked) {
    const { rank, layers, triggers, trained_on, licence } = checked.foreign;
    return (
      <>
        <dl class="file-facts">
          <Fact name="File">{`${file.name}, ${bytesOf(file.size)}`}</Fact>
          <Fact name="Kind">
            <InexactTag />
          </Fact>
          <Fact name="Rank">{`${rank}, in ${layers} layers`}</Fact>
          {triggers.length > 0 && <Fact name="Its words">{triggers.join(", ")}</Fact>}
          {trained_on !== null && <Fact name="Trained on, it says">{trained_on}</Fact>}
          {licence !== null && <Fact name="Licence, it says">{licence}</Fact>}
        </dl>
        <p class="quiet">
          A LoRA of another program has no slot: it acts on other words and places as well, and every picture
          with it is marked as not exact. Publish it only if its licence lets you.
        </p>
      </>
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
