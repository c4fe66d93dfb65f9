// The adapters that a query finds, page by page, and the empty state where it finds none.

import { useEffect, useRef } from "preact/hooks";
import type { CatalogQuery } from "../../api-catalog.ts";
import { AdapterCard, CardSkeletons } from "../../ui/adapter-card.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { NothingFound } from "./nothing-found.tsx";
import { PAGES_MAX } from "./query.ts";
import type { useResults } from "./use-results.ts";

export function ResultList(props: {
  query: CatalogQuery;
  results: ReturnType<typeof useResults>;
  onChange: (query: CatalogQuery) => void;
}) {
  const { query, results, onChange } = props;
  const end = useRef<HTMLDivElement>(null);
  useEndless(end, results);
  return (
    <>
      {results.failure && <FailureNotice failure={results.failure} again={results.again} />}
      <div class="card-grid" aria-busy={results.waiting}>
        {results.items.map((adapter) => (
          <AdapterCard key={adapter.id} adapter={adapter} />
        ))}
        {results.waiting && results.items.length === 0 && <CardSkeletons count={8} />}
      </div>
      {results.isEmpty && <NothingFound query={query} onChange={onChange} />}
      {results.more && (
        <div class="browse-more" ref={end}>
          <button type="button" class="button" disabled={results.waiting} onClick={results.more}>
            {results.waiting ? "Loading" : "Show more"}
          </button>
          {results.pages >= PAGES_MAX && <p class="hint">A filter finds faster than a long list.</p>}
        </div>
      )}
    </>
  );
}

/** How far below the window the next page is requested. */
const AHEAD = "900px";

/** Loads the next page while the end of the list is near, up to what the address can restore; then the button does. */
function useEndless(end: { current: HTMLDivElement | null }, results: ReturnType<typeof useResults>) {
  const { more, waiting, failure, pages } = results;
  const may = more !== null && !waiting && failure === null && pages < PAGES_MAX;
  useEffect(() => {
    const element = end.current;
    if (!may || !element) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        more();
      },
      { rootMargin: AHEAD },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [may, pages]);
}
