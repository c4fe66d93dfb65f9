// The picks of the home page: the catalog's own order of what is used and liked these days, with few of any one owner.

import { api } from "../../api.ts";
import { AdapterCard, CardSkeletons } from "../../ui/adapter-card.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { useReply } from "../../ui/use-reply.ts";
import { picksOf } from "./choice.ts";

const SHOWN = 8;
const LOOKED_AT = 48;

export function Picks() {
  const list = useReply(() => api.adapters({ sort: "trending", limit: LOOKED_AT }), []);
  if (list.failure) return <FailureNotice failure={list.failure} again={list.again} />;
  return (
    <div class="card-grid" aria-busy={list.waiting}>
      {picksOf(list.arrived?.items ?? [], SHOWN).map((adapter) => (
        <AdapterCard key={adapter.id} adapter={adapter} />
      ))}
      {!list.arrived && <CardSkeletons count={SHOWN} />}
    </div>
  );
}
