// /pictures/: what people share, newest or most liked first, as an endless list that keeps its place; filters are in the address.

import { useEffect, useState } from "preact/hooks";
import { type PictureQuery, pictures } from "../../api-pictures.ts";
import { loadAccount } from "../../ui/account.ts";
import { CardSkeletons } from "../../ui/adapter-card.tsx";
import { ChosenFilters } from "../../ui/chosen-filters.tsx";
import { Endless, useScroll } from "../../ui/endless.tsx";
import { ListFailure } from "../../ui/list-failure.tsx";
import { Empty, signInUrl } from "../../ui/notice.tsx";
import { pagesOf } from "../../ui/open-pages.ts";
import { PictureCard } from "../../ui/picture-card.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { NOTIFIED } from "../../ui/shared-picture.ts";
import { usePages } from "../../ui/use-pages.ts";
import { useAccount } from "../../ui/use-reply.ts";
import { nothingText } from "./nothing-text.ts";
import { FILTER_WORDS, queryOf, SORTS, searchOf, withFilter, withSort } from "./query.ts";

const WHOSE = [
  ["all", "Everybody’s"],
  ["yours", "Yours"],
] as const;

export function PicturesPage() {
  const [query, setQuery] = useState<PictureQuery>(() => queryOf(location.search));
  const [first] = useState(() => ({ query, isNotified: location.hash === NOTIFIED }));
  const wasNotified = first.isNotified && query.adapter === first.query.adapter;
  const account = useAccount();
  const results = usePages(
    JSON.stringify(query),
    (at, signal) => pictures.list({ ...query, ...at }, signal),
    pagesOf(location.search),
  );
  useScroll(results.waiting);
  useEffect(() => {
    if (results.waiting) return;
    const mark = wasNotified ? NOTIFIED : "";
    history.replaceState(history.state, "", location.pathname + searchOf(query, results.pages) + mark);
  }, [query, results.pages, results.waiting]);
  const isYours = account != null && query.owner === account.handle;
  const choose = async (whose: "all" | "yours") => {
    const me = whose === "yours" ? await loadAccount() : null;
    if (whose === "yours" && !me) location.href = signInUrl();
    else setQuery((before) => withFilter(before, "owner", me?.handle ?? null));
  };
  return (
    <>
      <header class="page-head">
        <h1>Pictures</h1>
        <p class="lede">
          Made by people here, who chose to show them. Each carries its recipe: open it in Compose and change
          a word.
        </p>
      </header>
      {/* There from the first frame, whoever comes: what appeared later would push the list down. */}
      <div class="actions list-tools">
        <Segmented label="Whose" value={isYours ? "yours" : "all"} options={WHOSE} onChange={choose} />
        <Segmented
          label="Order"
          value={query.sort ?? "newest"}
          options={SORTS}
          onChange={(sort) => setQuery((before) => withSort(before, sort))}
        />
      </div>
      <ChosenFilters
        filters={FILTER_WORDS.filter(([filter]) => !(isYours && filter === "owner"))}
        query={query}
        onRemove={(filter) => setQuery((before) => withFilter(before, filter, null))}
      />
      {results.failure && (
        <ListFailure failure={results.failure} again={results.again} query={query} all="All pictures" />
      )}
      <h2 class="visually-hidden">Shared pictures</h2>
      <div class="mix-rows" aria-busy={results.waiting}>
        {results.items.map((picture) => (
          <PictureCard key={picture.id} picture={picture} />
        ))}
        {results.waiting && results.items.length === 0 && <CardSkeletons count={8} mix />}
      </div>
      {results.isEmpty && (
        <NothingHere
          {...nothingText(query, { isYours, wasNotified })}
          filtered={Object.keys(query).some((name) => name !== "sort")}
        />
      )}
      <Endless results={results} />
    </>
  );
}

function NothingHere({ title, text, filtered }: { title: string; text: string; filtered: boolean }) {
  return (
    <Empty title={title}>
      <p>{text}</p>
      <div class="actions">
        <a class="button primary" href="/compose/">
          Compose a picture
        </a>
        {filtered && (
          <a class="button" href="/pictures/">
            All pictures
          </a>
        )}
      </div>
    </Empty>
  );
}
