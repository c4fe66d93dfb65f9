// The facets beside the list, each value with the number of adapters it would leave. In a drawer on small screens.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { TagMatch } from "../../../schema/contract/search-values.ts";
import { type CatalogQuery, catalog, type Facet, type FacetList, type FacetName } from "../../api-catalog.ts";
import { Segmented } from "../../ui/segmented.tsx";
import { GRANT_WORDS, RATING_LABELS, tagMatchOf } from "./query.ts";

const TYPING_PAUSE_MS = 180;
const SHOWN = 6;

const GROUPS: readonly { name: FacetName; title: string; findable?: true }[] = [
  { name: "class", title: "Kind" },
  { name: "tag", title: "Tags", findable: true },
  { name: "base", title: "Base" },
  { name: "licence", title: "Licence" },
  { name: "allows", title: "Licence allows" },
  { name: "owner", title: "Owner", findable: true },
  { name: "rating", title: "Rating" },
];

const TAG_MATCH_OPTIONS = [
  ["all", "All of these"],
  ["any", "Any of these"],
] as const;

export interface PanelProps {
  query: CatalogQuery;
  counts: FacetList | null;
  /** The ratings shown by default; null for guests, who are offered no ratings. */
  ratings: readonly string[] | null;
  onToggle: (name: FacetName, value: string) => void;
  onTagMatch: (match: TagMatch) => void;
}

export function FacetPanel({ query, counts, ratings, onToggle, onTagMatch }: PanelProps) {
  return (
    <div class="facets" aria-busy={counts === null}>
      {GROUPS.map(({ name, title, findable }) => {
        const facet = counts?.facets[name];
        const asked = query[name] ?? [];
        // A facet with a single value is not shown, unless that value is selected.
        if (!facet || (facet.value_count < 2 && asked.length === 0)) return null;
        if (name === "rating" && ratings === null && asked.length === 0) return null;
        const chosen = name === "rating" && asked.length === 0 ? (ratings ?? []) : asked;
        return (
          <FacetGroup
            key={name}
            name={name}
            title={title}
            facet={facet}
            chosen={chosen}
            query={query}
            findable={findable === true && facet.value_count > SHOWN}
            onToggle={(value) => onToggle(name, value)}
          >
            {name === "tag" && asked.length > 1 && (
              <Segmented
                label="Adapters with"
                options={TAG_MATCH_OPTIONS}
                value={tagMatchOf(query)}
                onChange={onTagMatch}
              />
            )}
          </FacetGroup>
        );
      })}
    </div>
  );
}

function FacetGroup(props: {
  name: FacetName;
  title: string;
  facet: Facet;
  chosen: readonly string[];
  query: CatalogQuery;
  findable: boolean;
  onToggle: (value: string) => void;
  children?: ComponentChildren;
}) {
  const { name, title, facet, chosen, query, findable } = props;
  const [all, setAll] = useState(false);
  const [text, setText] = useState("");
  const found = useInside(name, query, findable ? text.trim() : "");
  const listed = found ?? facet;
  const missing = chosen.filter((value) => !listed.values.some((one) => one.value === value));
  const values = found ? listed.values : [...listed.values, ...missing.map((value) => ({ value, count: 0 }))];
  // Selected values stay visible, in their place by count.
  const shown = all || found ? values : values.filter(({ value }, i) => i < SHOWN || chosen.includes(value));
  return (
    <details class="facet" open>
      <summary>{title}</summary>
      {props.children}
      {findable && (
        <input
          class="input facet-find"
          type="search"
          aria-label={`Find in ${title.toLowerCase()}`}
          placeholder={`Find among ${facet.value_count.toLocaleString("en")}`}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      )}
      <fieldset>
        <legend class="visually-hidden">{title}</legend>
        {shown.map(({ value, count }) => (
          <label class="facet-value" key={value}>
            <input type="checkbox" checked={chosen.includes(value)} onChange={() => props.onToggle(value)} />
            <span>{wordOf(name, value)}</span>
            <span class="facet-count">{count.toLocaleString("en")}</span>
          </label>
        ))}
        {found && shown.length === 0 && <p class="hint">Nothing begins so.</p>}
      </fieldset>
      {!found && values.length > shown.length && (
        <button type="button" class="facet-more" onClick={() => setAll(true)}>
          {values.length - shown.length} more
        </button>
      )}
      {!found && all && values.length > SHOWN && (
        <button type="button" class="facet-more" onClick={() => setAll(false)}>
          Fewer
        </button>
      )}
    </details>
  );
}

/** Values of one facet that begin with the typed text; null while the field is empty. */
function useInside(name: FacetName, query: CatalogQuery, prefix: string): Facet | null {
  const [found, setFound] = useState<{ key: string; facet: Facet } | null>(null);
  const matched = { ...query, tag_match: tagMatchOf(query) };
  const key = JSON.stringify([matched, prefix]);
  useEffect(() => {
    if (prefix === "") return setFound(null);
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      const reply = await catalog.facets(matched, { facet: name, prefix }, controller.signal);
      const facet = reply.ok ? reply.value.facets[name] : undefined;
      if (!controller.signal.aborted && facet) setFound({ key, facet });
    }, TYPING_PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [key]);
  return prefix === "" ? null : (found?.facet ?? null);
}

function wordOf(name: FacetName, value: string): string {
  if (name === "allows") return GRANT_WORDS[value as keyof typeof GRANT_WORDS] ?? value;
  return name === "rating" ? (RATING_LABELS[value] ?? value) : value;
}
