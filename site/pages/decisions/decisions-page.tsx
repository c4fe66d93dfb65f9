// /decisions/: decisions of moderators about the caller's content, with appeals; and the outcome of the caller's reports.

import { AccountFailure } from "../../ui/account-failure.tsx";
import { SignInFirst } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useHash } from "../../ui/use-hash.ts";
import { useAccount } from "../../ui/use-reply.ts";
import { Decisions } from "./decisions.tsx";
import { Reports } from "./reports.tsx";

const PARTS = ["decisions", "reports"] as const;
const OPTIONS = [
  ["decisions", "About your things"],
  ["reports", "Your reports"],
] as const;

export function DecisionsPage() {
  const account = useAccount();
  const [part, show] = useHash(PARTS, "decisions");
  return (
    <>
      <header class="page-head">
        <h1>Decisions</h1>
        <p class="lede">
          Moderators say why they acted. If you think that they were wrong, answer: another moderator decides.
        </p>
      </header>
      <AccountFailure />
      {account === null && <SignInFirst title="Sign in to see decisions about what is yours" />}
      {account && (
        <>
          <div class="actions list-tools">
            <Segmented label="Which" value={part} options={OPTIONS} onChange={show} />
          </div>
          {part === "decisions" ? <Decisions /> : <Reports />}
        </>
      )}
    </>
  );
}
