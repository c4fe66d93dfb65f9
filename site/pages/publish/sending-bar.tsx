// The progress of an upload. Announces each quarter and state changes to screen readers, not every byte.

import { bytesOf } from "../../ui/format.ts";
import type { Sending } from "./sending.ts";

const WORDS: Record<Sending["phase"], string> = {
  reading: "Reading the file",
  sending: "Sending",
  waiting: "The connection was lost. Going on as soon as it is back",
  joining: "Checking what arrived",
};

export function SendingBar({ sending }: { sending: Sending }) {
  const { phase, done, total } = sending;
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const moves = phase === "reading" || phase === "sending";
  return (
    <div class="job-progress">
      <div class="card-line">
        <strong>{WORDS[phase]}</strong>
        <span class="quiet numbers">{moves && `${bytesOf(done)} of ${bytesOf(total)}`}</span>
      </div>
      <div
        class={`bar ${moves ? "" : "waiting"}`}
        role="progressbar"
        aria-label={WORDS[phase]}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={moves ? Math.round(share * 100) : undefined}
      >
        <div style={moves ? { transform: `scaleX(${share})` } : {}} />
      </div>
      <p class="visually-hidden" role="status">
        {moves ? `${WORDS[phase]}, ${Math.floor(share * 4) * 25} percent` : WORDS[phase]}
      </p>
    </div>
  );
}
