// Decisions about the caller's content, each with its reason, its consequences and the appeal against it.

import { useState } from "preact/hooks";
import { APPEAL_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import { type Appeal, type MyDecision, moderation } from "../../api-moderation.ts";
import { faultAt } from "../../failure.ts";
import { Field } from "../../ui/field.tsx";
import { agoOf, dayOf } from "../../ui/format.ts";
import { doneWord, GROUNDS, named, RATING_LABELS } from "../../ui/moderation-labels.ts";
import { More } from "../../ui/more.tsx";
import { Empty, FailureNotice, Notice } from "../../ui/notice.tsx";
import { useList } from "../../ui/use-list.ts";
import { useSend } from "../../ui/use-send.ts";

export function Decisions() {
  const list = useList<MyDecision>("decisions", moderation.decisions);
  const appealed = (id: string, appeal: Appeal) =>
    list.change((before) =>
      before.map((one) => (one.id === id ? { ...one, appeal, may_appeal: false } : one)),
    );
  return (
    <>
      {list.failure && <FailureNotice failure={list.failure} again={list.again} />}
      <ol class="decisions" aria-busy={list.waiting}>
        {list.items.map((one) => (
          <li key={one.id}>
            <DecisionPanel decision={one} appealed={appealed} />
          </li>
        ))}
      </ol>
      {list.waiting && list.items.length === 0 && <p class="skeleton comment-skeleton">Loading</p>}
      {list.isEmpty && (
        <Empty title="No decisions about you">
          <p>If a moderator ever removes, hides or rates something of yours, you read here why.</p>
        </Empty>
      )}
      <More list={list} words="Show older" />
    </>
  );
}

function DecisionPanel(props: { decision: MyDecision; appealed: (id: string, appeal: Appeal) => void }) {
  const { decision, appealed } = props;
  const [open, setOpen] = useState(false);
  const { kind, target, reason, ground, rating, appeal } = decision;
  return (
    <article class="panel decision" id={decision.id}>
      <header class="decision-head">
        <h2>
          {named(target)}: {doneWord(kind)}
          {rating && ` ${RATING_LABELS[rating].toLowerCase()}`}
        </h2>
        {ground && <span class="tag warn">{GROUNDS[ground]}</span>}
        <time
          class="quiet"
          dateTime={decision.created_at}
          title={new Date(decision.created_at).toLocaleString("en")}
        >
          {agoOf(decision.created_at, Date.now())}
        </time>
      </header>
      {reason && <blockquote class="said">{reason}</blockquote>}
      <Consequence decision={decision} />
      {appeal ? (
        <AppealState appeal={appeal} />
      ) : decision.may_appeal && !open ? (
        <div class="actions">
          <button type="button" class="button small" onClick={() => setOpen(true)}>
            Appeal
          </button>
          {decision.appeal_until && <span class="hint">Until {dayOf(decision.appeal_until)}, once.</span>}
        </div>
      ) : decision.appeal_until && !decision.may_appeal ? (
        <p class="hint">The time for an appeal is over.</p>
      ) : null}
      {open && !appeal && (
        <AppealForm
          id={decision.id}
          onSent={(made) => {
            setOpen(false);
            appealed(decision.id, made);
          }}
          onCancel={() => setOpen(false)}
        />
      )}
    </article>
  );
}

function Consequence({ decision }: { decision: MyDecision }) {
  if (decision.purged_at) return <p>Its files were deleted on {dayOf(decision.purged_at)}.</p>;
  if (decision.purge_at) {
    return (
      <p>
        Nobody sees it. Its files are kept until {dayOf(decision.purge_at)}, and while an appeal waits for an
        answer; then they are deleted.
      </p>
    );
  }
  return decision.kind === "rate" ? <p>You may rate it stricter, not milder.</p> : null;
}

const STATES = {
  pending: { variant: "info", title: "Your appeal waits for an answer" },
  upheld: { variant: "warn", title: "Your appeal was declined" },
  overturned: { variant: "good", title: "Your appeal was granted" },
} as const;

function AppealState({ appeal }: { appeal: Pick<Appeal, "state" | "text" | "answer"> }) {
  const { variant, title } = STATES[appeal.state];
  return (
    <Notice variant={variant} title={title}>
      <p>You wrote: {appeal.text}</p>
      {appeal.answer && <p>The answer: {appeal.answer}</p>}
    </Notice>
  );
}

function AppealForm(props: { id: string; onSent: (appeal: Appeal) => void; onCancel: () => void }) {
  const [text, setText] = useState("");
  const { busy, failure, send } = useSend();
  const submit = async (event: Event) => {
    event.preventDefault();
    const reply = await send(() => moderation.appeal(props.id, text));
    if (reply.ok) props.onSent(reply.value);
  };
  return (
    <form class="report-form" onSubmit={submit}>
      <Field
        label="Why was this wrong?"
        hint="You may appeal once. A moderator who did not take the decision answers."
        fault={faultAt(failure, "/text")}
      >
        {(described) => (
          <textarea
            {...described}
            class="input"
            rows={5}
            required
            maxLength={APPEAL_MAX_CHARACTERS}
            value={text}
            ref={(area) => {
              if (area && text === "") area.focus();
            }}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        )}
      </Field>
      {failure && !faultAt(failure, "/text") && <FailureNotice failure={failure} />}
      <div class="actions">
        <button type="submit" class="button primary" disabled={busy}>
          {busy ? "Sending" : "Send the appeal"}
        </button>
        <button type="button" class="button plain" onClick={props.onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
