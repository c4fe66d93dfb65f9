// /operations/: the desk of operators: queues, runners, and failed jobs that can be done again.

import { codeOf } from "../../ui/failure.ts";
import { Empty, FailureNotice, SignInFirst } from "../../ui/notice.tsx";
import { useAccount } from "../../ui/use-reply.ts";
import { Failures } from "./failures.tsx";
import { Runners } from "./runners.tsx";
import { Standing } from "./standing.tsx";
import { useStanding } from "./use-standing.ts";

export function OperationsPage() {
  const account = useAccount();
  return (
    <>
      <header class="page-head">
        <h1>Operations</h1>
      </header>
      {account === null && <SignInFirst title="Sign in as an operator" />}
      {account && <Desk />}
    </>
  );
}

function Desk() {
  const standing = useStanding();
  if (standing.failure && codeOf(standing.failure) === "not_granted") {
    return (
      <Empty title="Only for operators">
        <p>
          Your e-mail address does not stand in <code>OPERATOR_EMAILS</code>, the setting of this server that
          names them.
        </p>
      </Empty>
    );
  }
  return (
    <>
      {standing.failure && <FailureNotice failure={standing.failure} again={standing.again} />}
      {standing.value ? (
        <Standing value={standing.value} now={standing.now} />
      ) : (
        <Waiting shown={standing.waiting} />
      )}
      <Runners turn={standing.turn} now={standing.now} />
      <Failures now={standing.now} />
    </>
  );
}

const Waiting = ({ shown }: { shown: boolean }) => (shown ? <p class="quiet">Loading</p> : null);
