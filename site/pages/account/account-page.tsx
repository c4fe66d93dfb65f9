// /account/: sign in, or the caller's profile, adapters, jobs, security, keys and data.

import { useEffect, useState } from "preact/hooks";
import { type Account, api } from "../../api.ts";
import type { Failure } from "../../failure.ts";
import { clearAccount, loadAccount } from "../../ui/account.ts";
import { AccountFailure } from "../../ui/account-failure.tsx";
import { AdapterCard, CardSkeletons } from "../../ui/adapter-card.tsx";
import { bytesOf, countOf } from "../../ui/format.ts";
import { More } from "../../ui/more.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Avatar } from "../../ui/person.tsx";
import { useAdapterPages } from "../../ui/use-adapter-pages.ts";
import { Generations, Trainings } from "./jobs.tsx";
import { Keys } from "./keys.tsx";
import { nextOf } from "./next.ts";
import { AccountNotices, LinkResult } from "./notices.tsx";
import { ProfileForm } from "./profile.tsx";
import { Security } from "./security.tsx";
import { SignIn } from "./sign-in.tsx";
import { Webhooks } from "./webhooks.tsx";
import { YourData } from "./your-data.tsx";

export function AccountPage() {
  const [account, setAccount] = useState<Account | null | undefined>(undefined);
  const [isUnknown, setIsUnknown] = useState(false);
  const next = nextOf(location.search);
  const ask = () => {
    clearAccount();
    loadAccount().then((found) => {
      if (found && next) location.replace(next);
      else location.reload();
    });
  };
  useEffect(() => {
    loadAccount().then((found) => {
      if (found && next) location.replace(next);
      else setAccount(found);
      setIsUnknown(found === undefined);
    });
  }, [next]);

  if (isUnknown) {
    return (
      <>
        <header class="page-head">
          <h1>Account</h1>
        </header>
        <AccountFailure />
      </>
    );
  }
  if (account === undefined) return <div class="skeleton account-skeleton">Loading</div>;
  if (account === null) {
    return (
      <>
        <LinkResult />
        <SignIn onSignedIn={ask} onward={next !== null} />
      </>
    );
  }
  return <Yours account={account} changed={setAccount} />;
}

const PARTS = [
  ["profile", "Profile"],
  ["adapters", "Adapters"],
  ["trainings", "Trainings"],
  ["pictures", "Pictures"],
  ["security", "Security"],
  ["keys", "API keys"],
  ["webhooks", "Webhooks"],
  ["data", "Your data"],
] as const;

function Yours({ account, changed }: { account: Account; changed: (now: Account) => void }) {
  const [failure, setFailure] = useState<Failure | null>(null);
  const again = async () => {
    const reply = await api.account();
    if (reply.ok) changed(reply.value);
  };
  const { usage } = account;
  const leave = async () => {
    const reply = await api.signOut();
    if (!reply.ok) return setFailure(reply.failure);
    clearAccount();
    await loadAccount();
    location.assign("/");
  };
  return (
    <>
      <header class="account-head">
        <Avatar person={account} />
        <div>
          <h1>{account.name}</h1>
          <p class="quiet">{`${account.handle} · ${account.email}`}</p>
        </div>
        <div class="account-now">
          <dl class="usage">
            <div>
              <dt>Queued</dt>
              <dd>{countOf(usage.queued_jobs, "job")}</dd>
            </div>
            <div>
              <dt>Credits left today</dt>
              <dd title="New ones come at 00:00 UTC">
                {`${usage.credits_left.toLocaleString("en")} of ${usage.credits_per_day.toLocaleString("en")}`}
              </dd>
            </div>
            <div>
              <dt>Stored</dt>
              <dd>{bytesOf(usage.bytes_stored)}</dd>
            </div>
          </dl>
          <button type="button" class="button" onClick={leave}>
            Sign out
          </button>
        </div>
      </header>
      {failure && <FailureNotice failure={failure} />}
      <AccountNotices account={account} changed={again} />
      <nav class="chips" aria-label="Parts of this page">
        {PARTS.map(([id, text]) => (
          <a class="chip" key={id} href={`#${id}`}>
            {text}
          </a>
        ))}
        <a class="chip" href="/jobs/">
          Jobs
        </a>
        <a class="chip" href="/following/">
          Following and likes
        </a>
        <a class="chip" href="/decisions/">
          Decisions
        </a>
        {account.role === "moderator" && (
          <a class="chip" href="/moderation/">
            Moderation
          </a>
        )}
      </nav>
      <ProfileForm account={account} changed={changed} />
      <Adapters owner={account.handle} />
      <Trainings />
      <Generations />
      <Security account={account} changed={again} />
      <Keys />
      <Webhooks />
      <YourData account={account} />
    </>
  );
}

function Adapters({ owner }: { owner: string }) {
  const pages = useAdapterPages({ owner });
  return (
    <section class="account-section" id="adapters">
      <div class="card-line">
        <h2>Adapters</h2>
        <a class="button small" href="/publish/">
          Train an adapter
        </a>
      </div>
      {pages.failure && <FailureNotice failure={pages.failure} again={pages.again} />}
      {pages.isEmpty && (
        <Empty title="No adapters yet">
          <p>Four pictures of one person are enough to start.</p>
        </Empty>
      )}
      <div class="card-grid">
        {pages.waiting && pages.items.length === 0 && <CardSkeletons count={4} />}
        {pages.items.map((adapter) => (
          <AdapterCard key={adapter.id} adapter={adapter} />
        ))}
      </div>
      <More list={pages} />
    </section>
  );
}
