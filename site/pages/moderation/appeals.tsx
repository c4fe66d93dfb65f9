// Pending appeals: the decision and its reason, the owner's text, and the answer.

import { useState } from "preact/hooks";
import { ACTION_REASON_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import { type AppealCase, type AppealDecision, moderation } from "../../api-moderation.ts";
import { faultAt } from "../../failure.ts";
import { TextArea } from "../../ui/field.tsx";
import { agoOf } from "../../ui/format.ts";
import { doneWord, GROUNDS, named, placeUrl } from "../../ui/moderation-labels.ts";
import { More } from "../../ui/more.tsx";
import { Empty, FailureNotice, Notice } from "../../ui/notice.tsx";
import { useList } from "../../ui/use-list.ts";
import { useSend } from "../../ui/use-send.ts";
import { ModerationFailure } from "./moderation-failure.tsx";

export function Appeals() {
  const list = useList<AppealCase>("appeals", moderation.cases);
  const [last, setLast] = useState<AppealCase | null>(null);
  return (
    <>
      {last && (
        <Notice
          variant="good"
          title={`${named(last.action.target)}: ${last.state === "overturned" ? "the decision is undone" : "the decision stands"}`}
        >
          <p>{last.appellant ?? "Whoever appealed"} is notified of your answer.</p>
        </Notice>
      )}
      {list.failure && <ModerationFailure failure={list.failure} again={list.again} />}
      <ol class="decisions" aria-busy={list.waiting}>
        {list.items.map((one) => (
          <li key={one.id}>
            <CasePanel
              found={one}
              onDecided={(decided) => {
                setLast(decided);
                list.change((before) => before.filter(({ id }) => id !== one.id));
              }}
            />
          </li>
        ))}
      </ol>
      {list.waiting && list.items.length === 0 && <p class="skeleton comment-skeleton">Loading</p>}
      {list.isEmpty && (
        <Empty title="No appeal waits">
          <p>When somebody answers a decision, you read it here.</p>
        </Empty>
      )}
      <More list={list} words="More" />
    </>
  );
}

function CasePanel({ found, onDecided }: { found: AppealCase; onDecided: (decided: AppealCase) => void }) {
  const { action, appellant, target } = found;
  const url = target && placeUrl(target.place);
  return (
    <article class="panel decision">
      <header class="decision-head">
        <h2>
          {url ? <a href={url}>{named(action.target)}</a> : named(action.target)}: {doneWord(action.kind)}
        </h2>
        {target && <span class="tag">now {target.state.replaceAll("_", " ")}</span>}
        {action.ground && <span class="tag warn">{GROUNDS[action.ground]}</span>}
        <span class="quiet">
          by {action.moderator ?? "somebody who left"} · {agoOf(action.created_at, Date.now())}
        </span>
      </header>
      <blockquote class="said">{action.reason}</blockquote>
      <p>
        <strong>{appellant ?? "Somebody who left"}</strong> answers, {agoOf(found.created_at, Date.now())}:
      </p>
      <blockquote class="said">{found.text}</blockquote>
      {found.may_decide ? (
        <Answer found={found} onDecided={onDecided} />
      ) : (
        <p class="hint">Another moderator answers this one: the decision was yours, or it concerns you.</p>
      )}
    </article>
  );
}

function Answer({ found, onDecided }: { found: AppealCase; onDecided: (decided: AppealCase) => void }) {
  const [answer, setAnswer] = useState("");
  const { busy, failure, send } = useSend();
  const decide = async (decision: AppealDecision["decision"]) => {
    const reply = await send(() => moderation.decideAppeal(found.id, { decision, answer }));
    if (reply.ok) onDecided(reply.value);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    decide(event.submitter?.getAttribute("value") === "overturn" ? "overturn" : "uphold");
  };
  const fault = faultAt(failure, "/answer");
  return (
    <form class="report-form" onSubmit={submit}>
      <TextArea
        label="Your answer"
        hint="Whoever appealed reads it."
        fault={fault}
        rows={3}
        required
        maxLength={ACTION_REASON_MAX_CHARACTERS}
        value={answer}
        onText={setAnswer}
      />
      {failure && !fault && <FailureNotice failure={failure} />}
      <div class="actions">
        <button type="submit" value="uphold" class="button small" disabled={busy}>
          Let it stand
        </button>
        <button type="submit" value="overturn" class="button small" disabled={busy}>
          Undo the decision
        </button>
      </div>
    </form>
  );
}
