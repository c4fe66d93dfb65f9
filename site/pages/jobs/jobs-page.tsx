// /jobs/: every picture and training that this account has ordered, with state, cost, cancel and retry, and the credits of today.

import { useEffect, useState } from "preact/hooks";
import { type Account, api, type Generation, type JobStatus, type Training } from "../../api.ts";
import { AccountFailure } from "../../ui/account-failure.tsx";
import { SelectField } from "../../ui/field.tsx";
import { countOf } from "../../ui/format.ts";
import { More } from "../../ui/more.tsx";
import { Empty, FailureNotice, SignInFirst } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { type List, useList } from "../../ui/use-list.ts";
import { useAccount } from "../../ui/use-reply.ts";
import { JobRow } from "./job-row.tsx";
import { LedgerList } from "./ledger-list.tsx";
import { KINDS, type Query, queryOf, STATES, searchOf } from "./query.ts";

const PAGE = 20;

export function JobsPage() {
  const account = useAccount();
  const [query, setQuery] = useState<Query>(() => queryOf(location.search));
  useEffect(() => {
    const follow = () => setQuery(queryOf(location.search));
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, []);
  const go = (change: Partial<Query>) => {
    const next = { ...query, ...change };
    history.pushState(null, "", location.pathname + searchOf(next));
    setQuery(next);
  };
  if (account === null) {
    return (
      <SignInFirst title="Your jobs">
        <p>Pictures and trainings belong to an account.</p>
      </SignInFirst>
    );
  }
  return (
    <>
      <header class="page-head">
        <h1>Jobs</h1>
        {account && <Credits account={account} />}
      </header>
      <div class="jobs-tools">
        <Segmented label="Kind" value={query.kind} options={KINDS} onChange={(kind) => go({ kind })} />
        {query.kind !== "ledger" && (
          <SelectField
            label="State"
            value={query.state}
            options={STATES}
            onChoose={(state) => go({ state })}
          />
        )}
      </div>
      <AccountFailure />
      {account && query.kind === "ledger" && <LedgerList />}
      {account && query.kind !== "ledger" && <Jobs key={`${query.kind} ${query.state}`} query={query} />}
    </>
  );
}

function Credits({ account: { usage } }: { account: Account }) {
  const renewed = new Date(usage.credits_renew_at).toLocaleTimeString("en", {
    hour: "2-digit",
    minute: "2-digit",
  });
  return (
    <dl class="jobs-credits">
      <div>
        <dt>Used today</dt>
        <dd>{countOf(usage.credits_used, "credit")}</dd>
      </div>
      <div>
        <dt>Left</dt>
        <dd>{`${usage.credits_left.toLocaleString("en")} of ${usage.credits_per_day.toLocaleString("en")}`}</dd>
      </div>
      <div>
        <dt>Renewed at</dt>
        <dd>{renewed}</dd>
      </div>
      <div>
        <dt>In the queue</dt>
        <dd>{countOf(usage.queued_jobs, "job")}</dd>
      </div>
    </dl>
  );
}

function Jobs({ query }: { query: Query }) {
  const status: { status?: JobStatus } = query.state === "all" ? {} : { status: query.state };
  const list: List<Generation | Training> = useList<Generation | Training>(
    `${query.kind} ${query.state}`,
    async (at) => {
      const page = { limit: PAGE, ...status, ...at };
      return query.kind === "pictures" ? api.generations(page) : api.trainings(page);
    },
  );
  const replace = (job: Generation | Training) =>
    list.change((all) => all.map((each) => (each.id === job.id ? job : each)));
  const add = (job: Generation) => list.change((all) => [job, ...all]);
  return (
    <>
      {list.failure && <FailureNotice failure={list.failure} again={list.again} />}
      {list.isEmpty && (
        <Empty title={query.state === "all" ? "Nothing ordered yet" : `No job is ${query.state}`}>
          <div class="actions">
            <a class="button primary" href={query.kind === "pictures" ? "/compose/" : "/publish/"}>
              {query.kind === "pictures" ? "Compose a picture" : "Train an adapter"}
            </a>
          </div>
        </Empty>
      )}
      <ol class="jobs" data-pictures aria-busy={list.waiting}>
        {list.items.map((job) => (
          <JobRow key={job.id} first={job} onChange={replace} onAdd={add} />
        ))}
        {list.waiting && list.items.length === 0 && (
          <li class="skeleton job-skeleton" aria-hidden="true">
            Loading
          </li>
        )}
      </ol>
      <More list={list} />
    </>
  );
}
