// Published mixes on the home page.

import { mixes } from "../../api-mixes.ts";
import { CardSkeletons } from "../../ui/adapter-card.tsx";
import { MixCard } from "../../ui/mix-card.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { useReply } from "../../ui/use-reply.ts";
import { withPicturesFirst } from "./choice.ts";

const SHOWN = 6;
const LOOKED_AT = 24;

export function Made() {
  const list = useReply(() => mixes.list({ sort: "newest", limit: LOOKED_AT }), []);
  if (list.failure) return <FailureNotice failure={list.failure} again={list.again} />;
  if (list.arrived?.items.length === 0) {
    return (
      <Empty title="Nothing is published yet">
        <p>Compose a picture and publish its mix: it appears here.</p>
        <a class="button primary" href="/compose/">
          Compose a picture
        </a>
      </Empty>
    );
  }
  return (
    <div class="mix-rows" aria-busy={list.waiting}>
      {withPicturesFirst(list.arrived?.items ?? [], SHOWN).map((mix) => (
        <MixCard key={mix.id} mix={mix} />
      ))}
      {!list.arrived && <CardSkeletons count={SHOWN} mix />}
    </div>
  );
}
