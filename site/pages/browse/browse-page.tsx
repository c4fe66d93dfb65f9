// /browse/: the catalog with search, facets and sort order; the whole query is in the address, so that Back restores it.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Account } from "../../api.ts";
import { type CatalogQuery, catalog, type FacetName, type ListName } from "../../api-catalog.ts";
import { adapterUrl } from "../../ui/adapter-card.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { useScroll } from "../../ui/endless.tsx";
import { filterFaults } from "../../ui/filter-faults.ts";
import { countOf } from "../../ui/format.ts";
import { FailureNotice } from "../../ui/notice.tsx";
import { pagesOf } from "../../ui/open-pages.ts";
import { type Choice, SuggestBox } from "../../ui/suggest-box.tsx";
import { useAccount, useReply } from "../../ui/use-reply.ts";
import { countText } from "./count-text.ts";
import { FacetPanel } from "./facet-panel.tsx";
import { FilterChips } from "./filter-chips.tsx";
import {
  chipsOf,
  SORT_WORDS,
  searchOf,
  sortOf,
  sortsFor,
  tagMatchOf,
  toggled,
  withSort,
  withTagMatch,
  withWords,
} from "./query.ts";
import { ResultList } from "./result-list.tsx";
import { Together } from "./together.tsx";
import { useAddress } from "./use-address.ts";
import { useResults } from "./use-results.ts";
import { useSearchText } from "./use-search-text.ts";

type Go = ReturnType<typeof useAddress>["go"];

export function BrowsePage() {
  const { query, go } = useAddress();
  const { text, setText, search } = useSearchText(query, go);
  const [drawer, setDrawer] = useState(false);
  const results = useResults(query, pagesOf(location.search));
  const { sort: _, ...filters } = query;
  const counts = useReply(
    (signal) => catalog.facets({ ...filters, tag_match: tagMatchOf(filters) }, {}, signal),
    [JSON.stringify(filters)],
  );
  const ratings = ratingsOf(useAccount());
  useScroll(results.waiting);
  useEffect(() => {
    if (!results.waiting) {
      history.replaceState(history.state, "", location.pathname + searchOf(query, results.pages));
    }
  }, [results.pages, results.waiting]);

  const toggle = (name: ListName, value: string) => go(toggled(query, name, value));
  const together = query.composes_with ?? [];
  const total = counts.arrived?.total;
  const panel = (
    <>
      <Together
        refs={together}
        counts={counts.value?.composes_with ?? null}
        onToggle={(ref) => toggle("composes_with", ref)}
      />
      {counts.failure && filterFaults(counts.failure, query).length === 0 && (
        <FailureNotice failure={counts.failure} again={counts.again} />
      )}
      <FacetPanel
        query={query}
        counts={counts.value}
        ratings={ratings}
        onToggle={(name, value) => go(withFacet(query, name, value, ratings))}
        onTagMatch={(match) => go(withTagMatch(query, match))}
      />
    </>
  );
  return (
    <>
      <header class="page-head">
        <h1>Browse</h1>
        <p class="lede">
          Adapters that others have trained. Combine any of them in one picture; they were trained
          independently.
        </p>
      </header>
      <search class="browse-tools">
        <SuggestBox
          label="Search the catalog"
          placeholder="Search names, tags, owners"
          value={text}
          onInput={setText}
          onChoose={(choice) => choose(choice, query, go)}
          onEnter={search}
        />
        <FilterButton query={query} onOpen={() => setDrawer(true)} />
        <SortSelect query={query} go={go} />
      </search>
      <div class="browse">
        <aside class="browse-side" aria-label="Filters">
          {!drawer && panel}
        </aside>
        <div class="browse-main">
          <FilterChips
            query={query}
            onToggle={toggle}
            onClear={() => go(together.length > 0 ? { composes_with: together } : {})}
          />
          {results.corrected !== null && (
            <p class="browse-corrected" role="status">
              Showing results for <strong>{results.corrected}</strong>
              <span class="quiet">, as nothing has “{query.q}”.</span>
            </p>
          )}
          <p class="quiet browse-count" role="status">
            {countText(results, total)}
          </p>
          <ResultList query={query} results={results} onChange={go} />
        </div>
      </div>
      {drawer && (
        <FilterSheet total={total} onClose={() => setDrawer(false)}>
          {panel}
        </FilterSheet>
      )}
    </>
  );
}

/** A suggestion opens an adapter, or filters by a tag or an owner. */
function choose(choice: Choice, query: CatalogQuery, go: Go): void {
  if (choice.kind === "adapter") {
    location.href = adapterUrl(choice.value);
    return;
  }
  const bare = withWords(query, "");
  go((bare[choice.kind] ?? []).includes(choice.value) ? bare : toggled(bare, choice.kind, choice.value));
}

/** The query with a facet's value toggled; ratings equal to the default set are left out of it. */
function withFacet(
  query: CatalogQuery,
  name: FacetName,
  value: string,
  ratings: readonly string[] | null,
): CatalogQuery {
  if (name !== "rating" || !ratings) return toggled(query, name, value);
  const { rating = ratings, ...rest } = query;
  const { rating: chosen = ratings } = toggled({ rating }, "rating", value);
  const standard = [...chosen].sort().join() === [...ratings].sort().join();
  return standard ? rest : { ...rest, rating: chosen };
}

function FilterButton({ query, onOpen }: { query: CatalogQuery; onOpen: () => void }) {
  const count = chipsOf(query).length + (query.composes_with ?? []).length;
  return (
    <button type="button" class="button browse-open" onClick={onOpen}>
      Filters{count > 0 ? ` (${count})` : ""}
    </button>
  );
}

function SortSelect({ query, go }: { query: CatalogQuery; go: Go }) {
  return (
    <select
      class="input"
      aria-label="Order"
      value={sortOf(query)}
      onChange={(event) => {
        const sort = sortsFor(query).find((one) => one === event.currentTarget.value);
        if (sort) go(withSort(query, sort));
      }}
    >
      {sortsFor(query).map((sort) => (
        <option key={sort} value={sort}>
          {SORT_WORDS[sort]}
        </option>
      ))}
    </select>
  );
}

function FilterSheet(props: { total: number | undefined; onClose: () => void; children: ComponentChildren }) {
  const { total, onClose, children } = props;
  return (
    <Dialog title="Filters" shape="sheet" onClose={onClose}>
      <div class="browse-drawer">{children}</div>
      <div class="browse-drawer-foot">
        <button
          type="button"
          class="button primary"
          onClick={(event) => event.currentTarget.closest("dialog")?.close()}
        >
          {total === undefined ? "Show" : `Show ${countOf(total, "adapter")}`}
        </button>
      </div>
    </Dialog>
  );
}

/** The ratings that a signed-in person sees by default; null for guests and while unknown. */
function ratingsOf(account: Account | null | undefined): readonly string[] | null {
  return account ? ["general", ...account.shown_ratings.filter((rating) => rating !== "general")] : null;
}
