// The caller's reports and their outcomes.

import { moderation, type Report } from "../../api-moderation.ts";
import { agoOf } from "../../ui/format.ts";
import { named, outcomeWords, placeUrl, REASONS } from "../../ui/moderation-labels.ts";
import { More } from "../../ui/more.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { useList } from "../../ui/use-list.ts";

const TONES = { pending: "busy", actioned: "good", dismissed: "" } as const;
const WORDS = { pending: "Waits", actioned: "Acted on", dismissed: "Left as it is" } as const;

export function Reports() {
  const list = useList<Report>("reports", moderation.reports);
  return (
    <>
      {list.failure && <FailureNotice failure={list.failure} again={list.again} />}
      <ol class="decisions" aria-busy={list.waiting}>
        {list.items.map((report) => (
          <li key={report.id}>
            <ReportPanel report={report} />
          </li>
        ))}
      </ol>
      {list.waiting && list.items.length === 0 && <p class="skeleton comment-skeleton">Loading</p>}
      {list.isEmpty && (
        <Empty title="You have reported nothing">
          <p>Every adapter, composition and comment has a way to report it.</p>
        </Empty>
      )}
      <More list={list} words="Show older" />
    </>
  );
}

function ReportPanel({ report }: { report: Report }) {
  const { target, reason, detail, state, outcome } = report;
  const url = placeUrl(target.place);
  return (
    <article class="panel decision">
      <header class="decision-head">
        <h2>{url ? <a href={url}>{named(target)}</a> : named(target)}</h2>
        <span class={`tag ${TONES[state]}`}>{WORDS[state]}</span>
        <time
          class="quiet"
          dateTime={report.created_at}
          title={new Date(report.created_at).toLocaleString("en")}
        >
          {agoOf(report.created_at, Date.now())}
        </time>
      </header>
      <p>{REASONS[reason]}.</p>
      {detail && <blockquote class="said">{detail}</blockquote>}
      <p class="quiet">{outcomeWords(outcome)}</p>
    </article>
  );
}
