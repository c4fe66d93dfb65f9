// How often an adapter was used, the published mixes with it, and the adapters it is combined with.

import type { Adapter } from "../../api.ts";
import { type Mix, people } from "../../api-people.ts";
import { adapterUrl, previewOf } from "../../ui/adapter-card.tsx";
import { countOf } from "../../ui/format.ts";
import { MixCard } from "../../ui/mix-card.tsx";
import { More } from "../../ui/more.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Picture } from "../../ui/picture.tsx";
import { useList } from "../../ui/use-list.ts";
import { useReply } from "../../ui/use-reply.ts";

const SHOWN = 8;

export function Remixes({ adapter }: { adapter: Adapter }) {
  const list = useList<Mix>(adapter.ref, (at) => people.remixes(adapter.ref, { limit: SHOWN, ...at }));
  const met = useReply(() => people.usedWith(adapter.ref), [adapter.ref]);
  return (
    <section class="adapter-section">
      <h2>Made with {adapter.title}</h2>
      <p class="quiet">
        {`${usedWords(adapter.uses)}; in ${countOf(adapter.remixes, "published composition")}. Every picture generated with it counts.`}
      </p>
      {list.failure && <FailureNotice failure={list.failure} again={list.again} />}
      {list.isEmpty && (
        <p class="quiet">
          Nobody has published a composition with it yet.{" "}
          {adapter.state === "published" && <a href={`/compose/#a=${adapter.ref}`}>Make the first</a>}
        </p>
      )}
      {list.items.length > 0 && (
        <div class="mix-rows" aria-busy={list.waiting}>
          {list.items.map((mix) => (
            <MixCard key={mix.id} mix={mix} />
          ))}
        </div>
      )}
      <More list={list} small />
      {met.value && met.value.items.length > 0 && (
        <>
          <h3>Often together with</h3>
          <ul class="companions">
            {met.value.items.map(({ adapter: other, mixes }) => (
              <li key={other.id}>
                <a href={adapterUrl(other.ref)}>
                  <Picture src={previewOf(other)} alt="" sizes="4rem" />
                  <span>{other.title}</span>
                </a>
                <span class="quiet">{countOf(mixes, "composition")}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function usedWords(uses: number): string {
  if (uses === 0) return "Not used yet";
  return uses === 1 ? "Used once" : `Used ${uses.toLocaleString("en")} times`;
}
