// The adapters that a query finds, page by page, and the empty state where it finds none.

import type { CatalogQuery } from "../../api-catalog.ts";
import { AdapterCard, CardSkeletons } from "../../ui/adapter-card.tsx";
import { Endless } from "../../ui/endless.tsx";
import { ListFailure } from "../../ui/list-failure.tsx";
import { NothingFound } from "./nothing-found.tsx";
import type { Results } from "./use-results.ts";

export function ResultList(props: {
  query: CatalogQuery;
  results: Results;
  onChange: (query: CatalogQuery) => void;
}) {
  const { query, results, onChange } = props;
  return (
    <>
      {results.failure && (
        <ListFailure failure={results.failure} again={results.again} query={query} all="All adapters" />
      )}
      <div class="card-grid" aria-busy={results.waiting}>
        {results.items.map((adapter) => (
          <AdapterCard key={adapter.id} adapter={adapter} />
        ))}
        {results.waiting && results.items.length === 0 && <CardSkeletons count={8} />}
      </div>
      {results.isEmpty && <NothingFound query={query} onChange={onChange} />}
      <Endless results={results} hint="A filter finds faster than a long list." />
    </>
  );
}
