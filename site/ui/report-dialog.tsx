// Reports content: reason, text, and what happens next. For any signed-in account.

import { useEffect, useState } from "preact/hooks";
import { REPORT_DETAIL_MAX_CHARACTERS } from "../../schema/contract/limits.ts";
import { moderation, type Report, type ReportReason, type ReportTarget } from "../api-moderation.ts";
import { faultAt } from "../failure.ts";
import { Dialog } from "./dialog.tsx";
import { TextArea } from "./field.tsx";
import { KIND_LABELS, REASONS, REPORT_HINTS } from "./moderation-labels.ts";
import { FailureNotice, Notice, SignInFirst } from "./notice.tsx";
import { useAccount } from "./use-reply.ts";
import { useSend } from "./use-send.ts";
import "../styles/moderation.css";

/** Reasons that require a text. */
const NEEDS_WORDS: readonly ReportReason[] = ["likeness", "ownership", "other"];

/** Small, for the end of a page or beside a comment. */
export function ReportButton({
  target,
  class: name = "button small plain",
}: {
  target: ReportTarget;
  class?: string;
}) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class={name} onClick={() => setOpen(true)}>
        Report
      </button>
      {open && <ReportDialog target={target} onClose={() => setOpen(false)} />}
    </>
  );
}

function ReportDialog({ target, onClose }: { target: ReportTarget; onClose: () => void }) {
  const account = useAccount();
  const [sent, setSent] = useState<Report | null>(null);
  return (
    <Dialog title={`Report this ${KIND_LABELS[target.kind]}`} shape="box" onClose={onClose}>
      {account === null ? (
        <SignInFirst title="Sign in to report it">
          <p>So that we can notify you of the outcome.</p>
        </SignInFirst>
      ) : sent ? (
        <Sent report={sent} onClose={onClose} />
      ) : (
        <Form target={target} onSent={setSent} />
      )}
    </Dialog>
  );
}

function Form({ target, onSent }: { target: ReportTarget; onSent: (report: Report) => void }) {
  const [reason, setReason] = useState<ReportReason | null>(null);
  const [detail, setDetail] = useState("");
  const { busy, failure, send } = useSend();
  const needsWords = reason !== null && NEEDS_WORDS.includes(reason);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (reason === null) return;
    const reply = await send(() => moderation.report({ target, reason, detail }));
    if (reply.ok) onSent(reply.value);
  };
  return (
    <form class="report-form" onSubmit={submit}>
      <fieldset class="reasons">
        <legend class="label">What is wrong?</legend>
        {(Object.keys(REASONS) as ReportReason[]).map((one) => (
          <label class="check" key={one}>
            <input
              type="radio"
              name="reason"
              value={one}
              required
              checked={one === reason}
              onChange={() => setReason(one)}
            />
            <span>{REASONS[one]}</span>
          </label>
        ))}
      </fieldset>
      {reason && (
        <TextArea
          label={needsWords ? "In your words" : "In your words (not required)"}
          hint={REPORT_HINTS[reason]}
          fault={faultAt(failure, "/detail")}
          rows={4}
          required={needsWords}
          maxLength={REPORT_DETAIL_MAX_CHARACTERS}
          value={detail}
          onText={setDetail}
        />
      )}
      {failure && !faultAt(failure, "/detail") && <FailureNotice failure={failure} />}
      <div class="actions">
        <button type="submit" class="button primary" disabled={busy || reason === null}>
          {busy ? "Sending" : "Send the report"}
        </button>
        <span class="hint">Its owner does not learn who reported it.</span>
      </div>
    </form>
  );
}

function Sent({ report, onClose }: { report: Report; onClose: () => void }) {
  const [close, setClose] = useState<HTMLButtonElement | null>(null);
  useEffect(() => close?.focus(), [close]);
  const isOld = Date.now() - Date.parse(report.created_at) > 60_000;
  return (
    <div class="report-form">
      <Notice variant="good" title={isOld ? "You have reported this already" : "Thank you: it is reported"}>
        <p>A moderator will look at it. You are notified of the outcome.</p>
      </Notice>
      <div class="actions">
        <button type="button" class="button primary" ref={setClose} onClick={onClose}>
          Close
        </button>
        <a class="button plain" href="/decisions/#reports">
          Your reports
        </a>
      </div>
    </div>
  );
}
