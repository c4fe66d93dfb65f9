// /operations/: the operators' dashboard: queues, runners, and failed jobs that can be replayed.

import { codeOf } from "../../failure.ts";
import { AccountFailure } from "../../ui/account-failure.tsx";
import { Empty, FailureNotice, SignInFirst } from "../../ui/notice.tsx";
import { useAccount } from "../../ui/use-reply.ts";
import { Failures } from "./failures.tsx";
import { Overview } from "./overview.tsx";
import { Runners } from "./runners.tsx";
import { useOverview } from "./use-overview.ts";

export function OperationsPage() {
  const account = useAccount();
  return (
    <>
      <header class="page-head">
        <h1>Operations</h1>
      </header>
      <AccountFailure />
      {account === null && <SignInFirst title="Sign in as an operator" />}
      {account && <Dashboard />}
    </>
  );
}

function Dashboard() {
  const overview = useOverview();
  if (overview.failure && codeOf(overview.failure) === "not_granted") {
    return (
      <Empty title="Only for operators" page>
        <p>
          Your email address is not listed in <code>OPERATOR_EMAILS</code>, a setting of this server.
        </p>
      </Empty>
    );
  }
  return (
    <>
      {overview.failure && <FailureNotice failure={overview.failure} again={overview.again} />}
      {overview.value ? (
        <Overview value={overview.value} now={overview.now} />
      ) : (
        <Waiting shown={overview.waiting} />
      )}
      <Runners turn={overview.turn} now={overview.now} />
      <Failures now={overview.now} />
    </>
  );
}

const Waiting = ({ shown }: { shown: boolean }) => (shown ? <p class="quiet">Loading</p> : null);
