// /browse/: the catalog with search, facets and sort order; the whole query is in the address, so that Back restores it.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Account } from "../../api.ts";
import { catalog, type FacetName, type ListName } from "../../api-catalog.ts";
import { AdapterCard, adapterUrl, CardSkeletons } from "../../ui/adapter-card.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { countOf } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { type Choice, SuggestBox } from "../../ui/suggest-box.tsx";
import { useAccount, useReply } from "../../ui/use-reply.ts";
import { FacetPanel } from "./facet-panel.tsx";
import { NothingFound } from "./nothing-found.tsx";
import {
  chipsOf,
  PAGES_MAX,
  pagesOf,
  SORT_WORDS,
  searchOf,
  sortOf,
  sortsFor,
  toggled,
  withSort,
  withWords,
} from "./query.ts";
import { Together } from "./together.tsx";
import { useAddress } from "./use-address.ts";
import { useResults } from "./use-results.ts";

const TYPING_PAUSE_MS = 250;

export function BrowsePage() {
  const { query, go } = useAddress();
  const [text, setText] = useState(query.q ?? "");
  const [drawer, setDrawer] = useState(false);
  const results = useResults(query, pagesOf(location.search));
  const { sort: _, ...filters } = query;
  const counts = useReply(
    (signal) => catalog.facets(filters, {}, signal),
    [JSON.stringify(filters), results.items.length === 0],
  );
  const account = useAccount();
  const ratings = ratingsOf(account);
  useScroll(results.waiting);

  // Typing replaces the current history entry; other choices push a new one.
  const typed = useRef(text);
  useEffect(() => {
    if (typed.current === text) return;
    const timer = setTimeout(() => {
      typed.current = text;
      go(withWords(query, text), "replace");
    }, TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => {
    if ((query.q ?? "") === typed.current.trim()) return;
    typed.current = query.q ?? "";
    setText(typed.current);
  }, [query.q]);
  useEffect(() => {
    if (!results.waiting) {
      history.replaceState(history.state, "", location.pathname + searchOf(query, results.pages));
    }
  }, [results.pages, results.waiting]);

  const toggle = (name: ListName, value: string) => go(toggled(query, name, value));
  const toggleFacet = (name: FacetName, value: string) => {
    if (name !== "rating" || !ratings) return toggle(name, value);
    const { rating = ratings, ...rest } = query;
    const { rating: chosen = ratings } = toggled({ rating }, "rating", value);
    const standard = [...chosen].sort().join() === [...ratings].sort().join();
    go(standard ? rest : { ...rest, rating: chosen });
  };
  const choose = (choice: Choice) => {
    if (choice.kind === "adapter") {
      location.href = adapterUrl(choice.value);
      return;
    }
    const bare = withWords(query, "");
    go((bare[choice.kind] ?? []).includes(choice.value) ? bare : toggled(bare, choice.kind, choice.value));
  };
  const chips = chipsOf(query);
  const together = query.composes_with ?? [];
  const panel = (
    <>
      <Together
        refs={together}
        counts={counts.value?.composes_with ?? null}
        onToggle={(ref) => toggle("composes_with", ref)}
      />
      {counts.failure && <FailureNotice failure={counts.failure} again={counts.again} />}
      <FacetPanel query={query} counts={counts.value} ratings={ratings} onToggle={toggleFacet} />
    </>
  );
  const total = counts.value?.total;

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
          onChoose={choose}
          onEnter={() => {
            typed.current = text;
            go(withWords(query, text));
          }}
        />
        <button type="button" class="button browse-open" onClick={() => setDrawer(true)}>
          Filters{chips.length + together.length > 0 ? ` (${chips.length + together.length})` : ""}
        </button>
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
      </search>
      <div class="browse">
        <aside class="browse-side" aria-label="Filters">
          {!drawer && panel}
        </aside>
        <div class="browse-main">
          {chips.length > 0 && (
            <ul class="chips" aria-label="Filters in use">
              {chips.map(({ name, value, text: words }) => (
                <li key={name + value}>
                  <button
                    type="button"
                    class="chip"
                    aria-pressed="true"
                    aria-label={`Remove filter: ${words}`}
                    onClick={() => toggle(name, value)}
                  >
                    {words}
                    <Icon name="close" />
                  </button>
                </li>
              ))}
              <li>
                <button
                  type="button"
                  class="chip"
                  onClick={() => go(together.length > 0 ? { composes_with: together } : {})}
                >
                  Clear all
                </button>
              </li>
            </ul>
          )}
          {results.corrected !== null && (
            <p class="browse-corrected" role="status">
              Showing results for <strong>{results.corrected}</strong>
              <span class="quiet">, as nothing has “{query.q}”.</span>
            </p>
          )}
          <p class="quiet browse-count" role="status">
            {total === undefined ? "Counting" : countOf(total, "adapter")}
          </p>
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
                      onClick={() => toggle("composes_with", adapter.ref)}
                    >
                      <Icon name="add" />
                    </button>
                  )
                }
              />
            ))}
            {results.waiting && results.items.length === 0 && <CardSkeletons count={8} />}
          </div>
          {!results.waiting && !results.failure && results.items.length === 0 && (
            <NothingFound query={query} onChange={go} />
          )}
          {results.more && (
            <div class="browse-more">
              <button type="button" class="button" disabled={results.waiting} onClick={results.more}>
                {results.waiting ? "Loading" : "Show more"}
              </button>
              {results.pages >= PAGES_MAX && <p class="hint">A filter finds faster than a long list.</p>}
            </div>
          )}
        </div>
      </div>
      {drawer && (
        <Dialog title="Filters" shape="sheet" onClose={() => setDrawer(false)}>
          <div class="browse-drawer">{panel}</div>
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
      )}
    </>
  );
}

/** The ratings that a signed-in person sees by default; null for guests and while unknown. */
function ratingsOf(account: Account | null | undefined): readonly string[] | null {
  return account ? ["general", ...account.shown_ratings.filter((rating) => rating !== "general")] : null;
}

/** Restores the scroll position once the list is as long as it was. */
function useScroll(waiting: boolean) {
  const left = useRef<number | null>((history.state as { y?: number } | null)?.y ?? null);
  useEffect(() => {
    history.scrollRestoration = "manual";
    const leave = () => history.replaceState({ ...history.state, y: scrollY }, "");
    addEventListener("pagehide", leave);
    return () => removeEventListener("pagehide", leave);
  }, []);
  useEffect(() => {
    if (waiting || left.current === null) return;
    scrollTo(0, left.current);
    left.current = null;
  }, [waiting]);
}
