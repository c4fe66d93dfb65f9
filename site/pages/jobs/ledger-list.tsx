// The ledger of credits: every charge and refund of the newest jobs, day by day.

import { api } from "../../api.ts";
import { dayOf } from "../../ui/format.ts";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { useReply } from "../../ui/use-reply.ts";
import { chargedOf, ledgerOf } from "./ledger.ts";

const LOOKED_AT = 100;

export function LedgerList() {
  const pictures = useReply(() => api.generations({ limit: LOOKED_AT }), []);
  const trainings = useReply(() => api.trainings({ limit: LOOKED_AT }), []);
  const failed = pictures.failure ? pictures : trainings.failure ? trainings : null;
  if (failed?.failure) return <FailureNotice failure={failed.failure} again={failed.again} />;
  if (!pictures.arrived || !trainings.arrived) return <p class="skeleton job-skeleton">Loading</p>;
  const jobs = [...pictures.arrived.items, ...trainings.arrived.items];
  const days = ledgerOf(jobs.map(chargedOf));
  if (days.length === 0) {
    return (
      <Empty title="No credits were used">
        <p>What your own runner makes costs nothing, and what we failed at is given back.</p>
      </Empty>
    );
  }
  return (
    <div class="ledger">
      {days.map(({ day, lines, spent }) => (
        <section key={day}>
          <h2>
            {dayOf(day)}
            <span class="quiet numbers">{`${spent.toLocaleString("en")} used`}</span>
          </h2>
          <div class="table-scroll">
            <table class="numbers">
              <thead>
                <tr>
                  <th scope="col">Time</th>
                  <th scope="col">For</th>
                  <th scope="col">Credits</th>
                </tr>
              </thead>
              <tbody>
                {lines.map(({ id, kind, at, what, credits }) => (
                  <tr key={id + kind}>
                    <td>{new Date(at).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit" })}</td>
                    <td>{kind === "refund" ? `Given back: ${what}` : what}</td>
                    <td>{credits > 0 ? `+${credits.toLocaleString("en")}` : credits.toLocaleString("en")}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      ))}
      {(pictures.arrived.next_cursor || trainings.arrived.next_cursor) && (
        <p class="quiet">{`Of the ${LOOKED_AT} newest pictures and trainings; your data's export has all.`}</p>
      )}
    </div>
  );
}
