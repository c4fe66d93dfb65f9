// A form that is sent: busy until the answer, and its failure until the next attempt. The form itself decides what the answer changes.

import { useState } from "preact/hooks";
import type { Reply } from "../api.ts";
import type { Failure } from "../failure.ts";

export function useSend() {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const send = async <T>(call: () => Promise<Reply<T>>): Promise<Reply<T>> => {
    setBusy(true);
    const reply = await call();
    setBusy(false);
    setFailure(reply.ok ? null : reply.failure);
    return reply;
  };
  return { busy, failure, send };
}
