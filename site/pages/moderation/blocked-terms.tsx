// Terms that are refused in prompts or in names: list, add, remove.

import { useState } from "preact/hooks";
import { BLOCKED_TERM_MAX_CHARACTERS, BLOCKED_TERM_MAX_WORDS } from "../../../schema/contract/limits.ts";
import { type BlockedTerm, type BlockScope, moderation } from "../../api-moderation.ts";
import { type Failure, faultAt } from "../../failure.ts";
import { TextField } from "../../ui/field.tsx";
import { dayOf } from "../../ui/format.ts";
import { More } from "../../ui/more.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useList } from "../../ui/use-list.ts";
import { ModerationFailure } from "./moderation-failure.tsx";

const SCOPES = [
  ["prompt", "In prompts"],
  ["name", "In names and texts"],
] as const;

export function Words() {
  const [scope, setScope] = useState<BlockScope>("prompt");
  const [failure, setFailure] = useState<Failure | null>(null);
  const list = useList<BlockedTerm>(scope, (at) => moderation.terms(scope, at));

  const allow = async (term: BlockedTerm) => {
    const reply = await moderation.unblockTerm(term);
    setFailure(reply.ok ? null : reply.failure);
    if (reply.ok) list.change((before) => before.filter((one) => one.term !== term.term));
  };
  const added = (term: BlockedTerm) =>
    list.change((before) =>
      [...before.filter((one) => one.term !== term.term), term].sort((a, b) => (a.term < b.term ? -1 : 1)),
    );
  if (list.failure && list.items.length === 0)
    return <ModerationFailure failure={list.failure} again={list.again} />;
  return (
    <div class="words">
      <Segmented label="Where" value={scope} options={SCOPES} onChange={setScope} />
      <Add scope={scope} onAdded={added} />
      {failure && <FailureNotice failure={failure} />}
      {list.items.length > 0 && (
        <div class="table-scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">Word or phrase</th>
                <th scope="col">By</th>
                <th scope="col">Since</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {list.items.map((term) => (
                <tr key={term.term}>
                  <th scope="row">{term.term}</th>
                  <td>{term.created_by ?? "somebody who left"}</td>
                  <td>{dayOf(term.created_at)}</td>
                  <td>
                    <button
                      type="button"
                      class="button small"
                      aria-label={`Allow ${term.term} again`}
                      onClick={() => allow(term)}
                    >
                      Allow again
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.waiting && list.items.length === 0 && <p class="skeleton comment-skeleton">Loading</p>}
      {list.isEmpty && (
        <Empty title="No words are blocked here">
          <p>A blocked word is refused from then on, in any case and through simple disguises.</p>
        </Empty>
      )}
      <More list={list} words="More" />
    </div>
  );
}

function Add({ scope, onAdded }: { scope: BlockScope; onAdded: (term: BlockedTerm) => void }) {
  const [term, setTerm] = useState("");
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    const reply = await moderation.blockTerm({ scope, term, reason });
    setBusy(false);
    setFailure(reply.ok ? null : reply.failure);
    if (!reply.ok) return;
    setTerm("");
    onAdded(reply.value);
  };
  const faults = [faultAt(failure, "/term"), faultAt(failure, "/reason")] as const;
  return (
    <form class="panel words-add" onSubmit={submit}>
      <TextField
        label="Word or phrase"
        hint={`Whole words, up to ${BLOCKED_TERM_MAX_WORDS}; add plurals of their own.`}
        fault={faults[0]}
        required
        maxLength={BLOCKED_TERM_MAX_CHARACTERS}
        value={term}
        onText={setTerm}
      />
      <TextField
        label="Reason"
        hint="For the log."
        fault={faults[1]}
        required
        value={reason}
        onText={setReason}
      />
      <button type="submit" class="button" disabled={busy}>
        Block it
      </button>
      {failure && !faults[0] && !faults[1] && <FailureNotice failure={failure} />}
    </form>
  );
}
