// Says that no answer came about who is signed in: a page for accounts would otherwise wait, or take everyone for a guest.

import { useEffect, useState } from "preact/hooks";
import type { Failure } from "../failure.ts";
import { askForAccount } from "./account.ts";
import { FailureNotice } from "./notice.tsx";

/** Nothing while all is well. */
export function AccountFailure() {
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    askForAccount().then((reply) => setFailure(reply.ok ? null : reply.failure));
  }, []);
  return failure && <FailureNotice failure={failure} again={() => location.reload()} />;
}
