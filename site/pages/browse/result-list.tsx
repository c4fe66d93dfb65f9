// The adapters that a query finds, page by page, and the way out where it finds none.

import type { CatalogQuery } from "../../api-catalog.ts";
import { AdapterCard, CardSkeletons } from "../../ui/adapter-card.tsx";
import { Icon } from "../../ui/icon.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { NothingFound } from "./nothing-found.tsx";
import { PAGES_MAX } from "./query.ts";
import type { useResults } from "./use-results.ts";

export function ResultList(props: {
  query: CatalogQuery;
  results: ReturnType<typeof useResults>;
  onTogether: (ref: string) => void;
  onChange: (query: CatalogQuery) => void;
}) {
  const { query, results, onTogether, onChange } = props;
  return (
    <>
      {results.failure && <FailureNotice failure={results.failure} again={results.again} />}
      <div class="card-grid" aria-busy={results.waiting}>
        {results.items.map((adapter) => (
          <AdapterCard
            key={adapter.id}
            adapter={adapter}
            action={
              adapter.slot !== null && (
                <button
                  type="button"
                  class="icon-button"
                  aria-label={`Show what composes exactly with ${adapter.title}`}
                  title="Show what composes exactly with it"
                  onClick={() => onTogether(adapter.ref)}
                >
                  <Icon name="add" />
                </button>
              )
            }
          />
        ))}
        {results.waiting && results.items.length === 0 && <CardSkeletons count={8} />}
      </div>
      {results.isEmpty && <NothingFound query={query} onChange={onChange} />}
      {results.more && (
        <div class="browse-more">
          <button type="button" class="button" disabled={results.waiting} onClick={results.more}>
            {results.waiting ? "Loading" : "Show more"}
          </button>
          {results.pages >= PAGES_MAX && <p class="hint">A filter finds faster than a long list.</p>}
        </div>
      )}
    </>
  );
}
