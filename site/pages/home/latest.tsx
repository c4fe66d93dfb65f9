// The newest entries of the catalog on the home page.

import { AdapterCard, CardSkeletons } from "../../ui/adapter-card.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { useAdapterPages } from "../../ui/use-adapter-pages.ts";

const SHOWN = 8;

export function Latest() {
  const pages = useAdapterPages({ sort: "newest", limit: SHOWN });
  if (pages.failure) return <FailureNotice failure={pages.failure} again={pages.again} />;
  if (pages.isEmpty) {
    return (
      <Empty title="Nobody is here yet">
        <p>The first person in this catalog could be yours.</p>
        <a class="button primary" href="/publish/">
          Train an adapter
        </a>
      </Empty>
    );
  }
  return (
    <div class="card-grid" aria-busy={pages.waiting}>
      {pages.items.map((adapter) => (
        <AdapterCard key={adapter.id} adapter={adapter} />
      ))}
      {pages.items.length === 0 && <CardSkeletons count={SHOWN} />}
    </div>
  );
}
