// The mix that a mix was forked from, and its forks.

import { type Ancestor, type Mix, type MixWithVersions, mixes } from "../../api-mixes.ts";
import { MixCard } from "../../ui/mix-card.tsx";
import { More } from "../../ui/more.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { useList } from "../../ui/use-list.ts";

const SHOWN = 8;

export function Family({ mix }: { mix: MixWithVersions }) {
  const list = useList<Mix>(mix.ref, (at) => mixes.forks(mix.ref, { limit: SHOWN, ...at }));
  return (
    <section class="adapter-section">
      <h2>Its family</h2>
      {mix.forked_from.length > 0 && (
        <ol class="ancestors" aria-label="What it was made from, nearest first">
          {mix.forked_from.map((ancestor) => (
            <li key={ancestor.composition_id}>
              <AncestorName ancestor={ancestor} />
            </li>
          ))}
        </ol>
      )}
      {list.failure && <FailureNotice failure={list.failure} again={list.again} />}
      <p class="quiet">{forkedBy(mix.forks)}</p>
      {list.items.length > 0 && (
        <div class="card-grid">
          {list.items.map((fork) => (
            <MixCard key={fork.id} mix={fork} />
          ))}
        </div>
      )}
      <More list={list} small />
    </section>
  );
}

function forkedBy(people: number): string {
  if (people === 0) return "Nobody else has made one of their own from it yet.";
  return people === 1
    ? "One person has made one of their own from it."
    : `${people.toLocaleString("en")} people have made one of their own from it.`;
}

function AncestorName({ ancestor }: { ancestor: Ancestor }) {
  if (ancestor.ref === null) return <span class="quiet">a mix that is not shown any more</span>;
  return (
    <>
      <a href={`/mix/?ref=${ancestor.ref}`}>{ancestor.title}</a> <span class="quiet">{ancestor.ref}</span>
    </>
  );
}
