// /browse/: the catalog with search, filters and order; all of it lives in the address.

import { useEffect, useRef, useState } from "preact/hooks";
import { type AdapterQuery, api } from "../../api.ts";
import { AdapterCard, CardSkeletons } from "../../ui/adapter-card.tsx";
import { countOf } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useAdapterPages } from "../../ui/use-adapter-pages.ts";
import { useReply } from "../../ui/use-reply.ts";
import { type Filter, frequent, queryOf, SORTS, searchOf, withFilter } from "./query.ts";

const TYPING_PAUSE_MS = 250;
const TAGS_SHOWN = 14;
const CLASSES_SHOWN = 6;

export function BrowsePage() {
  const [query, setQuery] = useState<AdapterQuery>(() => queryOf(location.search));
  const [text, setText] = useState(query.q ?? "");
  const pages = useAdapterPages(query);
  const bases = useReply(() => api.bases(), []);
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

  const set = (filter: Filter, value: string | null) =>
    setQuery((before) => withFilter(before, filter, value));
  const clear = () => {
    setText("");
    setQuery({});
  };
  const facets = useFacets(pages.items);
  const filtered = Object.keys(query).some((name) => name !== "sort");

  return (
    <>
      <header class="page-head">
        <h1>Browse</h1>
        <p class="lede">
          People that others have taught. Pick any of them for one picture; they need not know of each other.
        </p>
      </header>
      <search class="browse-tools">
        <div class="browse-search">
          <Icon name="search" />
          <input
            class="input"
            type="search"
            aria-label="Search the catalog"
            placeholder="Search names, tags, owners"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </div>
        <select
          class="input"
          aria-label="Base model"
          value={query.base ?? ""}
          onChange={(event) => set("base", event.currentTarget.value || null)}
        >
          <option value="">Every base</option>
          {bases.value?.items.map((base) => (
            <option key={base.id} value={base.id}>
              {base.title}
            </option>
          ))}
        </select>
        <Segmented
          label="Order"
          value={query.sort ?? "newest"}
          options={SORTS}
          onChange={(sort) => setQuery((before) => ({ ...before, sort }))}
        />
      </search>
      <div class="browse-filters">
        {query.owner && <Chosen name={`by ${query.owner}`} onRemove={() => set("owner", null)} />}
        <Choices
          filter="class"
          all={facets.classes.length > 1 ? facets.classes : []}
          chosen={query.class}
          onChoose={set}
        />
        <Choices filter="tag" all={facets.tags} chosen={query.tag} onChoose={set} />
      </div>

      <p class="quiet browse-count" role="status">
        {pages.waiting
          ? "Loading"
          : `${countOf(pages.items.length, "adapter")}${pages.more ? ", and more" : ""}`}
      </p>
      {pages.failure && <FailureNotice failure={pages.failure} again={pages.again} />}
      <div class="card-grid" aria-busy={pages.waiting}>
        {pages.items.map((adapter) => (
          <AdapterCard key={adapter.id} adapter={adapter} />
        ))}
        {pages.waiting && pages.items.length === 0 && <CardSkeletons count={8} />}
      </div>
      {!pages.waiting && !pages.failure && pages.items.length === 0 && (
        <Empty title={filtered ? "Nothing matches" : "The catalog is empty"}>
          <p>
            {filtered
              ? "Take away a filter or try another word."
              : "Be the first: teach a person from 4 to 16 pictures. It takes about two minutes."}
          </p>
          <div class="actions">
            {filtered ? (
              <button type="button" class="button" onClick={clear}>
                Clear search and filters
              </button>
            ) : (
              <a class="button primary" href="/publish/">
                Teach a person
              </a>
            )}
          </div>
        </Empty>
      )}
      {pages.more && (
        <div class="browse-more">
          <button type="button" class="button" disabled={pages.waiting} onClick={pages.more}>
            {pages.waiting ? "Loading" : "Show more"}
          </button>
        </div>
      )}
    </>
  );
}

/** Filters are offered from the entries seen so far, and stay while the list is narrowed. */
function useFacets(items: readonly { class_word: string; tags: string[] }[]) {
  const [facets, setFacets] = useState({ classes: [] as string[], tags: [] as string[] });
  useEffect(() => {
    setFacets((before) => {
      const classes = frequent(
        items.map((item) => item.class_word),
        CLASSES_SHOWN,
      );
      const tags = frequent(
        items.flatMap((item) => item.tags),
        TAGS_SHOWN,
      );
      return {
        classes: [...new Set([...before.classes, ...classes])].slice(0, CLASSES_SHOWN),
        tags: [...new Set([...before.tags, ...tags])].slice(0, TAGS_SHOWN),
      };
    });
  }, [items]);
  return facets;
}

function Choices(props: {
  filter: Filter;
  all: readonly string[];
  chosen: string | undefined;
  onChoose: (filter: Filter, value: string | null) => void;
}) {
  const { filter, chosen } = props;
  const shown = chosen && !props.all.includes(chosen) ? [chosen, ...props.all] : props.all;
  if (shown.length === 0) return null;
  return (
    <fieldset class="chips">
      <legend class="visually-hidden">{filter === "class" ? "Kind" : "Tags"}</legend>
      {shown.map((word) => (
        <button
          type="button"
          key={word}
          class="chip"
          aria-pressed={word === chosen}
          onClick={() => props.onChoose(filter, word === chosen ? null : word)}
        >
          {filter === "tag" ? `#${word}` : word}
        </button>
      ))}
    </fieldset>
  );
}

function Chosen({ name, onRemove }: { name: string; onRemove: () => void }) {
  return (
    <button
      type="button"
      class="chip"
      aria-pressed="true"
      aria-label={`Remove filter: ${name}`}
      onClick={onRemove}
    >
      {name}
      <Icon name="close" />
    </button>
  );
}
