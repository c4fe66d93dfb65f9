// The service in numbers: what is queued and running for each base, active runners, and what is late.

import type { Operations } from "../../api-operations.ts";
import { agoOf, countOf, durationOf } from "../../ui/format.ts";
import { Notice } from "../../ui/notice.tsx";

/** Delays above this are shown: cron resends lost queue messages within a minute or two. */
const LATE_SECONDS = 300;
export const KINDS = { sample: "Pictures", train: "Trainings" } as const;

export function Overview({ value, now }: { value: Operations; now: number }) {
  const queued = value.queues.reduce((sum, queue) => sum + queue.queued, 0);
  const { pending, overdue_seconds } = value.webhooks;
  return (
    <section aria-labelledby="queues">
      {queued > 0 && value.runners === 0 && (
        <Notice variant="warn" title={`${countOf(queued, "job")} queued and no active runner`}>
          <p>
            No runner has contacted the service in the last two minutes. Start one, or check the logs of the
            existing ones.
          </p>
        </Notice>
      )}
      {overdue_seconds > LATE_SECONDS && (
        <Notice variant="warn" title={`Webhooks are ${durationOf(overdue_seconds)} late`}>
          <p>Look at the consumer of the queue orthoplex-webhooks.</p>
        </Notice>
      )}
      <dl class="overview">
        <Figure label="Runners" value={value.runners} />
        <Figure label="Waiting" value={queued} />
        <Figure label="Running" value={value.queues.reduce((sum, queue) => sum + queue.running, 0)} />
        <Figure label="Failed in a day" value={value.failed_last_day} />
        <Figure label="Webhooks waiting" value={pending} />
      </dl>
      <h2 id="queues">Queues</h2>
      {value.queues.length === 0 ? (
        <p class="quiet">Nothing waits and nothing runs.</p>
      ) : (
        <div class="table-scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">Base</th>
                <th scope="col">Work</th>
                <th scope="col">Waiting</th>
                <th scope="col">Oldest request</th>
                <th scope="col">Running</th>
              </tr>
            </thead>
            <tbody>
              {value.queues.map((queue) => (
                <tr key={`${queue.base} ${queue.kind}`}>
                  <th scope="row">{queue.base}</th>
                  <td>{KINDS[queue.kind]}</td>
                  <td>{queue.queued}</td>
                  <td>{queue.oldest_queued_at ? agoOf(queue.oldest_queued_at, now) : "–"}</td>
                  <td>{queue.running}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Figure({ label, value }: { label: string; value: number }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value.toLocaleString("en")}</dd>
    </div>
  );
}
