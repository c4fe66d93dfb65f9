// The form of a decision: a reason that the owner reads, started from a template, and what the decision needs besides.

import { useState } from "preact/hooks";
import { ACTION_REASON_MAX_CHARACTERS, TAKEDOWN_GRACE_DAYS } from "../../../schema/contract/limits.ts";
import { PURGE_GROUNDS, RATINGS } from "../../../schema/contract/moderation.ts";
import {
  type Decision,
  type ModerationTarget,
  moderation,
  type Rating,
  type ReportReason,
} from "../../api-moderation.ts";
import { codeOf, faultAt } from "../../failure.ts";
import { Field, SelectField } from "../../ui/field.tsx";
import { DECISION_LABELS, doneWord, GROUNDS, named, RATING_LABELS } from "../../ui/moderation-labels.ts";
import { FailureNotice } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useSend } from "../../ui/use-send.ts";
import { type Template, templatesOf } from "./templates.ts";

export interface Decided {
  decision: Decision;
  words: string;
}

const RATING_OPTIONS = RATINGS.map((rating) => [rating, RATING_LABELS[rating]] as const);

const GROUND_OPTIONS: readonly (readonly [ReportReason | "", string])[] = [
  ["", "None"],
  ...(Object.entries(GROUNDS) as [ReportReason, string][]),
];

export function DecideForm(props: {
  view: ModerationTarget;
  decision: Decision;
  onDone: (decided: Decided) => void;
  onCancel: () => void;
  again: () => void;
}) {
  const { view, decision, onDone, onCancel } = props;
  const { kind, id, rating: rated } = view.target;
  const [reason, setReason] = useState("");
  const [ground, setGround] = useState<ReportReason | "">("");
  const [rating, setRating] = useState<Rating>(rated === "explicit" ? "explicit" : "sensitive");
  const [purge, setPurge] = useState(false);
  const { busy, failure, send } = useSend();
  const mayPurge = decision === "remove" && ground !== "" && PURGE_GROUNDS.includes(ground);

  const submit = async (event: Event) => {
    event.preventDefault();
    const reply = await send(() =>
      moderation.act({
        target: { kind, id },
        action: decision,
        reason,
        actions_seen: view.actions_seen,
        ...(ground !== "" && { ground }),
        ...(decision === "rate" && { rating }),
        ...(mayPurge && purge && { purge }),
      }),
    );
    if (reply.ok) onDone({ decision, words: `${named(view.target)}: ${doneWord(decision)}` });
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape") onCancel();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      (event.currentTarget as HTMLFormElement).requestSubmit();
    }
  };
  const fault = faultAt(failure, "/reason");
  return (
    <form class="decide" onSubmit={submit} onKeyDown={keys}>
      <h3>{DECISION_LABELS[decision]}</h3>
      {decision === "rate" && (
        <Segmented label="Rating" value={rating} options={RATING_OPTIONS} onChange={setRating} />
      )}
      <Reason
        decision={decision}
        value={reason}
        fault={fault}
        onText={setReason}
        onTemplate={(template) => {
          setReason(template.text);
          setGround(template.ground ?? "");
        }}
      />
      <SelectField
        label="Ground"
        fault={faultAt(failure, "/ground")}
        value={ground}
        options={GROUND_OPTIONS}
        onChoose={setGround}
      />
      {decision === "remove" && (
        <p class="hint">
          It is out of sight at once. Its files are deleted after {TAKEDOWN_GRACE_DAYS} days; until then it
          can be restored.
        </p>
      )}
      {mayPurge && (
        <label class="check">
          <input type="checkbox" checked={purge} onChange={() => setPurge(!purge)} />
          <span>Delete its files now. This can't be undone, not even by an appeal.</span>
        </label>
      )}
      {failure && !fault && (
        <FailureNotice
          failure={failure}
          {...(codeOf(failure) === "decision_made" && { again: props.again })}
        />
      )}
      <div class="actions">
        <button
          type="submit"
          class={`button small ${decision === "remove" || decision === "suspend" ? "danger" : "primary"}`}
          disabled={busy}
        >
          {busy ? "Sending" : DECISION_LABELS[decision]}
        </button>
        <button type="button" class="button small plain" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}

/** The reason with the templates to begin with. */
function Reason(props: {
  decision: Decision;
  value: string;
  fault: string | null;
  onText: (text: string) => void;
  onTemplate: (template: Template) => void;
}) {
  const { decision, value, fault, onText, onTemplate } = props;
  return (
    <>
      <fieldset class="chips">
        <legend class="visually-hidden">Begin with</legend>
        {templatesOf(decision).map((template) => (
          <button type="button" class="chip" key={template.name} onClick={() => onTemplate(template)}>
            {template.name}
          </button>
        ))}
      </fieldset>
      <Field
        label="Reason"
        hint="Its owner reads this. Say what was wrong and what would be right."
        fault={fault}
      >
        {(described) => (
          <textarea
            {...described}
            class="input"
            rows={4}
            required
            maxLength={ACTION_REASON_MAX_CHARACTERS}
            value={value}
            ref={(area) => {
              if (area && value === "") area.focus();
            }}
            onInput={(event) => onText(event.currentTarget.value)}
          />
        )}
      </Field>
    </>
  );
}
