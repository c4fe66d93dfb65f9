// Statistics of an adapter: totals, the last 30 days as a line, and the adapters it is used with.

import type { AdapterWithVersions } from "../../api.ts";
import { type AdapterStatistics, publishing } from "../../api-publish.ts";
import { adapterUrl } from "../../ui/adapter-card.tsx";
import { countOf } from "../../ui/format.ts";
import { useReply } from "../../ui/use-reply.ts";
import { LINE_HEIGHT, LINE_WIDTH, linePath } from "./line.ts";

const TOTALS = [
  ["uses", "Uses"],
  ["downloads", "Downloads"],
  ["likes", "Likes"],
  ["remixes", "Remixes"],
] as const;

export function Statistics({ adapter }: { adapter: AdapterWithVersions }) {
  const loaded = useReply(() => publishing.statistics(adapter.ref), [adapter.ref]);
  const numbers = loaded.value;
  if (!numbers) return null;
  return (
    <section class="adapter-section" aria-label="Statistics">
      <h2>In numbers</h2>
      <div class="statistics">
        <dl class="totals">
          {TOTALS.map(([key, name]) => (
            <div key={key}>
              <dt>{name}</dt>
              <dd>{numbers.totals[key].toLocaleString("en")}</dd>
            </div>
          ))}
        </dl>
        <Sparkline days={numbers.days} />
        {numbers.used_with.length > 0 && (
          <div>
            <h3>Most used with</h3>
            <ul class="used-with">
              {numbers.used_with.map(({ ref, title, uses }) => (
                <li key={ref}>
                  <a href={adapterUrl(ref)}>{title}</a>
                  <span class="quiet">{countOf(uses, "time")}</span>
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </section>
  );
}

function Sparkline({ days }: { days: AdapterStatistics["days"] }) {
  const uses = days.map((day) => day.uses);
  const downloads = days.map((day) => day.downloads);
  const most = Math.max(1, ...uses, ...downloads);
  const sum = (values: number[]) => values.reduce((all, value) => all + value, 0);
  const words = `In the last ${days.length} days: ${countOf(sum(uses), "use")}, ${countOf(sum(downloads), "download")}, at most ${most} a day`;
  return (
    <figure class="sparkline">
      <svg
        viewBox={`0 0 ${LINE_WIDTH} ${LINE_HEIGHT}`}
        role="img"
        aria-label={words}
        preserveAspectRatio="none"
      >
        <path class="line-downloads" d={linePath(downloads, most)} />
        <path class="line-uses" d={linePath(uses, most)} />
      </svg>
      <figcaption class="quiet">
        <span class="key-uses">Uses</span>
        <span class="key-downloads">Downloads</span>
        {`Last ${days.length} days`}
      </figcaption>
    </figure>
  );
}
