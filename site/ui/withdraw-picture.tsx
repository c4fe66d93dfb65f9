// Takes a shared picture back, after a second press.

import { useState } from "preact/hooks";
import { pictures } from "../api-pictures.ts";
import { FailureNotice } from "./notice.tsx";
import { useSend } from "./use-send.ts";

export function WithdrawPicture({ id, onWithdrawn }: { id: string; onWithdrawn: () => void }) {
  const [asked, setAsked] = useState(false);
  const { busy, failure, send } = useSend();
  const withdraw = async () => {
    const reply = await send(() => pictures.withdraw(id));
    if (reply.ok) onWithdrawn();
  };
  return (
    <>
      <button
        type="button"
        class={`button ${asked ? "danger" : "plain"} small`}
        disabled={busy}
        onClick={() => (asked ? withdraw() : setAsked(true))}
      >
        {asked ? "Withdraw it for everybody" : "Withdraw"}
      </button>
      {failure && <FailureNotice failure={failure} />}
    </>
  );
}
