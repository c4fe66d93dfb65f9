// The queue of targets that need a decision, most severe first, and beside it the selected one. Works by keyboard alone.

import { useEffect, useRef, useState } from "preact/hooks";
import { type Decision, moderation, type QueueEntry } from "../../api-moderation.ts";
import { agoOf, countOf } from "../../ui/format.ts";
import { describeKeys, showKeys } from "../../ui/keys.ts";
import { GROUNDS, KIND_LABELS } from "../../ui/moderation-labels.ts";
import { More } from "../../ui/more.tsx";
import { Empty } from "../../ui/notice.tsx";
import { useList } from "../../ui/use-list.ts";
import { ModerationFailure } from "./moderation-failure.tsx";
import { commandOf, KEY_ROWS } from "./shortcuts.ts";
import { TargetPanel } from "./target-panel.tsx";

const GRAVE = ["minor", "likeness"];

export function Queue({ me }: { me: string }) {
  const list = useList<QueueEntry>("queue", moderation.queue);
  const [chosen, setChosen] = useState<QueueEntry["target"] | null>(null);
  const [open, setOpen] = useState<readonly Decision[]>([]);
  const [decision, setDecision] = useState<Decision | null>(null);
  const [revealed, setRevealed] = useState(false);
  const rows = useRef(new Map<string, HTMLButtonElement>());
  const at = list.items.findIndex(({ target }) => target.id === chosen?.id);

  const choose = (target: QueueEntry["target"] | null) => {
    setChosen(target);
    setOpen([]);
    setDecision(null);
    setRevealed(false);
    const row = target && rows.current.get(target.id);
    row?.focus();
    row?.scrollIntoView({ block: "nearest" });
  };
  const step = (by: number) => {
    const next = list.items[at === -1 ? 0 : at + by];
    if (next) choose(next.target);
    else if (by > 0) list.more?.();
  };

  useEffect(() => {
    describeKeys(KEY_ROWS);
    return () => describeKeys([]);
  }, []);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const on = event.target as HTMLElement;
      if (on.closest("input, textarea, select, dialog, [contenteditable]")) return;
      const command = commandOf(event, open);
      if (command === null) return;
      event.preventDefault();
      if (command.do === "next") step(1);
      if (command.do === "previous") step(-1);
      if (command.do === "reveal") setRevealed((before) => !before);
      if (command.do === "decide") setDecision(command.decision);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });

  if (list.failure && list.items.length === 0)
    return <ModerationFailure failure={list.failure} again={list.again} />;
  if (list.isEmpty && !chosen) {
    return (
      <Empty title="Nothing waits">
        <p>What people report appears here, the gravest first.</p>
      </Empty>
    );
  }
  return (
    <div class={`moderation-queue ${chosen ? "chosen" : ""}`}>
      <nav class="moderation-list" aria-label="Reported things" aria-busy={list.waiting}>
        <div class="moderation-tools">
          <span class="quiet">The gravest first</span>
          <button type="button" class="button small plain" onClick={showKeys}>
            Keys <kbd>?</kbd>
          </button>
        </div>
        <ol>
          {list.items.map((entry) => (
            <li key={entry.target.id}>
              <button
                type="button"
                class="moderation-row"
                aria-current={entry.target.id === chosen?.id ? "true" : undefined}
                ref={(row) => {
                  if (row) rows.current.set(entry.target.id, row);
                  else rows.current.delete(entry.target.id);
                }}
                onClick={() => choose(entry.target)}
              >
                <Row entry={entry} />
              </button>
            </li>
          ))}
        </ol>
        {list.waiting && <p class="skeleton comment-skeleton">Loading</p>}
        {list.failure && <ModerationFailure failure={list.failure} again={list.again} />}
        <More list={list} words="More" small />
      </nav>
      <section class="moderation-item" aria-label="What was reported">
        {chosen ? (
          <>
            <button type="button" class="button small plain moderation-back" onClick={() => setChosen(null)}>
              Back to the queue
            </button>
            <TargetPanel
              key={chosen.id}
              kind={chosen.kind}
              id={chosen.id}
              me={me}
              decision={decision}
              setDecision={setDecision}
              revealed={revealed}
              setRevealed={setRevealed}
              onOpen={setOpen}
              onDecided={(isOpen) => {
                if (isOpen) list.again();
                else list.change((before) => before.filter(({ target }) => target.id !== chosen.id));
              }}
            />
          </>
        ) : (
          <p class="quiet moderation-hint">
            Choose a thing on the left, or press <kbd>j</kbd>.
          </p>
        )}
      </section>
    </div>
  );
}

function Row({ entry }: { entry: QueueEntry }) {
  const { target, reports, reasons } = entry;
  return (
    <>
      <strong class="moderation-label">{target.label}</strong>
      <span class="quiet">
        {KIND_LABELS[target.kind]} · {countOf(reports, "report")} · {agoOf(entry.oldest_at, Date.now())}
      </span>
      <span class="chips">
        {reasons.map(({ reason, count }) => (
          <span key={reason} class={`tag ${GRAVE.includes(reason) ? "bad" : ""}`}>
            {GROUNDS[reason]}
            {count > 1 && ` × ${count}`}
          </span>
        ))}
      </span>
    </>
  );
}
