// /mixes/: published mixes with search and sort order; the whole query is in the address.

import { useEffect, useRef, useState } from "preact/hooks";
import { type Mix, type MixQuery, mixes } from "../../api-mixes.ts";
import { CardSkeletons } from "../../ui/adapter-card.tsx";
import { ChosenFilters } from "../../ui/chosen-filters.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ListFailure } from "../../ui/list-failure.tsx";
import { MixCard } from "../../ui/mix-card.tsx";
import { More } from "../../ui/more.tsx";
import { Empty } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useList } from "../../ui/use-list.ts";
import { type Filter, queryOf, SORTS, searchOf, withFilter } from "./query.ts";
import { shownCount } from "./shown-count.ts";

const TYPING_PAUSE_MS = 250;

/** The filters that the address may contain, in words. */
const CHOSEN: readonly (readonly [Filter, (value: string) => string])[] = [
  ["owner", (value) => `by ${value}`],
  ["adapter", (value) => `with ${value}`],
  ["base", (value) => `of ${value}`],
  ["rating", (value) => `rated ${value.replaceAll(",", " or ")}`],
];

export function MixesPage() {
  const [query, setQuery] = useState<MixQuery>(() => queryOf(location.search));
  const [text, setText] = useState(query.q ?? "");
  const list = useList<Mix>(JSON.stringify(query), (at) => mixes.list({ ...query, ...at }));
  const first = useRef(true);

  useEffect(() => {
    const timer = setTimeout(
      () => setQuery((before) => withFilter(before, "q", text.trim() || null)),
      TYPING_PAUSE_MS,
    );
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => {
    if (!first.current) history.replaceState(null, "", location.pathname + searchOf(query));
    first.current = false;
  }, [query]);

  const filtered = Object.keys(query).some((name) => name !== "sort");
  return (
    <>
      <header class="page-head">
        <h1>Mixes</h1>
        <p class="lede">Compositions that others have published. Generate one as it is, or fork it.</p>
      </header>
      <search class="browse-tools mixes-tools">
        <div class="mixes-search">
          <Icon name="search" />
          <input
            class="input"
            type="search"
            aria-label="Search mixes"
            placeholder="Search titles and descriptions"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </div>
        <Segmented
          label="Order"
          value={query.sort ?? "newest"}
          options={SORTS}
          onChange={(sort) => setQuery((before) => ({ ...before, sort }))}
        />
      </search>
      <ChosenFilters
        filters={CHOSEN}
        query={query}
        onRemove={(filter) => setQuery((before) => withFilter(before, filter, null))}
      />
      <p class="quiet browse-count" role="status">
        {shownCount(list)}
      </p>
      {list.failure && (
        <ListFailure failure={list.failure} again={list.again} query={query} all="All mixes" />
      )}
      <h2 class="visually-hidden">Published mixes</h2>
      <div class="mix-rows" aria-busy={list.waiting}>
        {list.items.map((mix) => (
          <MixCard key={mix.id} mix={mix} />
        ))}
        {list.waiting && list.items.length === 0 && <CardSkeletons count={6} mix />}
      </div>
      {list.isEmpty && (
        <Empty title={filtered ? "Nothing matches" : "No mix is published yet"}>
          <p>
            {filtered
              ? "Take away a filter or try another word."
              : "Be the first: compose two people, generate a picture, and publish the mix."}
          </p>
          <div class="actions">
            {filtered ? (
              <button
                type="button"
                class="button"
                onClick={() => {
                  setText("");
                  setQuery({});
                }}
              >
                Clear search and filters
              </button>
            ) : (
              <a class="button primary" href="/compose/">
                Compose a picture
              </a>
            )}
          </div>
        </Empty>
      )}
      <More list={list} />
    </>
  );
}
