// One reported target: its texts, its blurred pictures, reports, earlier actions, and the decision.

import { useEffect, useState } from "preact/hooks";
import { type Decision, type ModerationTarget, moderation, type TargetKind } from "../../api-moderation.ts";
import { agoOf, dayOf } from "../../ui/format.ts";
import {
  DECISION_LABELS,
  GROUNDS,
  KIND_LABELS,
  placeUrl,
  RATING_LABELS,
} from "../../ui/moderation-labels.ts";
import { Notice } from "../../ui/notice.tsx";
import { useReply } from "../../ui/use-reply.ts";
import { ActionLine } from "./action-line.tsx";
import { type Decided, DecideForm } from "./decide-form.tsx";
import { ModerationFailure } from "./moderation-failure.tsx";
import { keyOf } from "./shortcuts.ts";
import { UNDO } from "./templates.ts";

const PLAIN_STATES = ["published", "visible", "active"];

export function TargetPanel(props: {
  kind: TargetKind;
  id: string;
  me: string;
  decision: Decision | null;
  setDecision: (decision: Decision | null) => void;
  revealed: boolean;
  setRevealed: (revealed: boolean) => void;
  onOpen: (decisions: readonly Decision[]) => void;
  /** `isOpen`: reports on it are pending again, or still. */
  onDecided: (isOpen: boolean) => void;
}) {
  const { kind, id, me, decision, setDecision, onOpen, onDecided } = props;
  const loaded = useReply(() => moderation.target(kind, id), [kind, id]);
  const [decided, setDecided] = useState<Decided | null>(null);
  const view = loaded.value;
  const isMine = view?.target.owner === me;

  useEffect(() => {
    onOpen(view && !isMine ? view.decisions : []);
  }, [view]);

  const done = (made: Decided) => {
    setDecided(made);
    setDecision(null);
    loaded.again();
    onDecided(false);
  };
  if (loaded.failure && !view) return <ModerationFailure failure={loaded.failure} again={loaded.again} />;
  if (!view) return <p class="skeleton moderation-skeleton">Loading</p>;
  const { target } = view;
  const url = placeUrl(target.place);
  return (
    <article class="moderation-target" aria-busy={loaded.waiting}>
      <header class="decision-head">
        <h2>{url && view.target.state !== "removed" ? <a href={url}>{target.label}</a> : target.label}</h2>
        <span class={`tag ${PLAIN_STATES.includes(target.state) ? "" : "warn"}`}>
          {target.state.replaceAll("_", " ")}
        </span>
        {target.rating && <span class="tag">{RATING_LABELS[target.rating]}</span>}
        <span class="quiet">
          {KIND_LABELS[target.kind]}
          {target.kind !== "user" && ` by ${target.owner ?? "somebody who left"}`}
        </span>
      </header>
      {decided && <Undo decided={decided} view={view} done={done} />}
      {view.purged_at ? (
        <Notice variant="info" title={`Its files were deleted on ${dayOf(view.purged_at)}`} />
      ) : (
        view.purge_at && <Notice variant="info" title={`Its files are deleted on ${dayOf(view.purge_at)}`} />
      )}
      {isMine ? (
        <Notice variant="warn" title="This is yours">
          <p>Another moderator decides about it.</p>
        </Notice>
      ) : decision ? (
        <DecideForm
          view={view}
          decision={decision}
          onDone={done}
          onCancel={() => setDecision(null)}
          again={loaded.again}
        />
      ) : (
        <fieldset class="actions">
          <legend class="visually-hidden">Decide</legend>
          {view.decisions.map((decision) => (
            <button
              type="button"
              key={decision}
              class={`button small ${decision === "remove" || decision === "suspend" ? "danger" : ""}`}
              aria-keyshortcuts={keyOf(decision)}
              onClick={() => setDecision(decision)}
            >
              {DECISION_LABELS[decision]} <kbd>{keyOf(decision)}</kbd>
            </button>
          ))}
        </fieldset>
      )}
      <Pictures view={view} revealed={props.revealed} setRevealed={props.setRevealed} />
      <Reports view={view} />
      <section>
        <h3>What it says</h3>
        <dl class="moderation-texts">
          {view.texts.map(({ field, text }) => (
            <div key={field}>
              <dt>{field}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      </section>
      {view.actions.length > 0 && (
        <section>
          <h3>Done before</h3>
          <ol class="log">
            {view.actions.map((action) => (
              <ActionLine key={action.id} action={action} />
            ))}
          </ol>
        </section>
      )}
    </article>
  );
}

/** A decision rarely requires seeing a picture, so it stays blurred until revealed. */
function Pictures(props: {
  view: ModerationTarget;
  revealed: boolean;
  setRevealed: (revealed: boolean) => void;
}) {
  const { view, revealed, setRevealed } = props;
  if (view.pictures.length === 0) return null;
  return (
    <div class={`moderation-pictures ${revealed ? "revealed" : ""}`}>
      {view.pictures.map(({ id, url, width, height }, i) => (
        <button
          type="button"
          key={id}
          aria-pressed={revealed}
          aria-label={`${revealed ? "Blur" : "Show"} picture ${i + 1} of ${view.pictures.length}`}
          onClick={() => setRevealed(!revealed)}
        >
          <img
            src={new URL(url).pathname}
            alt=""
            width={width}
            height={height}
            loading="lazy"
            decoding="async"
          />
          {!revealed && <span>Show</span>}
        </button>
      ))}
    </div>
  );
}

function Reports({ view }: { view: ModerationTarget }) {
  if (view.reports.length === 0) return null;
  return (
    <section>
      <h3>Reports</h3>
      <ol class="log">
        {view.reports.map((report) => (
          <li key={report.id}>
            <p>
              <span class={`tag ${report.state === "pending" ? "busy" : ""}`}>{GROUNDS[report.reason]}</span>{" "}
              <strong>{report.reporter ?? "somebody who left"}</strong>{" "}
              <span class="quiet">
                {agoOf(report.created_at, Date.now())}
                {report.state !== "pending" && ` · ${report.state}`}
              </span>
            </p>
            {report.detail && <blockquote class="said">{report.detail}</blockquote>}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Shown after a decision: what was done, and an undo button. */
function Undo({
  decided,
  view,
  done,
}: {
  decided: Decided;
  view: ModerationTarget;
  done: (made: Decided) => void;
}) {
  const [busy, setBusy] = useState(false);
  const back = UNDO[decided.decision];
  const undo = async () => {
    if (!back) return;
    setBusy(true);
    const { kind, id } = view.target;
    const decision = {
      target: { kind, id },
      action: back,
      reason: "Taken back by the moderator.",
      actions_seen: view.actions_seen,
    };
    const reply = await moderation.act(decision);
    setBusy(false);
    if (reply.ok) done({ decision: back, words: "Taken back" });
  };
  return (
    <Notice variant="good" title={decided.words}>
      <p>It is in the log. Its owner and everyone who reported it are notified.</p>
      {back && view.decisions.includes(back) && (
        <div class="actions">
          <button type="button" class="button small" disabled={busy} onClick={undo}>
            Undo
          </button>
        </div>
      )}
    </Notice>
  );
}
