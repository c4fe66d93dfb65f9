// /moderation/: the pages of moderators: queue of reports, appeals, audit log, blocked terms.

import { AccountFailure } from "../../ui/account-failure.tsx";
import { SignInFirst } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useHash } from "../../ui/use-hash.ts";
import { useAccount } from "../../ui/use-reply.ts";
import { Appeals } from "./appeals.tsx";
import { Words } from "./blocked-terms.tsx";
import { Log } from "./log.tsx";
import { Queue } from "./queue.tsx";

const PARTS = ["queue", "appeals", "log", "words"] as const;
const OPTIONS = [
  ["queue", "Queue"],
  ["appeals", "Appeals"],
  ["log", "Log"],
  ["words", "Words"],
] as const;

export function ModerationPage() {
  const account = useAccount();
  const [part, show] = useHash(PARTS, "queue");
  return (
    <>
      <header class="moderation-head">
        <h1>Moderation</h1>
        {account && <Segmented label="Part of the desk" value={part} options={OPTIONS} onChange={show} />}
      </header>
      <AccountFailure />
      {account === null && <SignInFirst title="Sign in as a moderator" />}
      {account && part === "queue" && <Queue me={account.handle} />}
      {account && part === "appeals" && <Appeals />}
      {account && part === "log" && <Log />}
      {account && part === "words" && <Words />}
    </>
  );
}
