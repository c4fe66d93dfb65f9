// The empty state of the list: which filter excludes everything, and a button that removes it.

import type { CatalogQuery } from "../../api-catalog.ts";
import { Empty } from "../../ui/notice.tsx";
import { chipsOf, tagMatchOf, toggled, withTagMatch, withWords } from "./query.ts";

export function NothingFound(props: { query: CatalogQuery; onChange: (query: CatalogQuery) => void }) {
  const { query, onChange } = props;
  const chips = chipsOf(query);
  const together = query.composes_with ?? [];
  if (chips.length === 0 && together.length === 0 && !query.q) {
    return (
      <Empty title="The catalog is empty">
        <p>Be the first: train an adapter from 4 to 16 pictures. It takes minutes on two processor cores.</p>
        <div class="actions">
          <a class="button primary" href="/publish/">
            Train an adapter
          </a>
        </div>
      </Empty>
    );
  }
  return (
    <Empty title="Nothing matches">
      <p>
        {query.q ? `Nothing has the words “${query.q}” together` : "Nothing is left"}
        {chips.length > 0
          ? " with these filters."
          : together.length > 0
            ? " among what composes exactly."
            : "."}{" "}
        Take one away:
      </p>
      <div class="actions">
        {query.q && (
          <button type="button" class="chip" onClick={() => onChange(withWords(query, ""))}>
            Without “{query.q}”
          </button>
        )}
        {(query.tag?.length ?? 0) > 1 && tagMatchOf(query) === "all" && (
          <button type="button" class="chip" onClick={() => onChange(withTagMatch(query, "any"))}>
            Any of these tags
          </button>
        )}
        {chips.map(({ name, value, text }) => (
          <button
            type="button"
            key={name + value}
            class="chip"
            onClick={() => onChange(toggled(query, name, value))}
          >
            Without {text}
          </button>
        ))}
        {together.length > 0 && (
          <button
            type="button"
            class="chip"
            onClick={() => {
              const { composes_with: _, ...rest } = query;
              onChange(rest);
            }}
          >
            Whether exact or not
          </button>
        )}
      </div>
      <div class="actions">
        <button type="button" class="button" onClick={() => onChange({})}>
          Clear search and filters
        </button>
      </div>
    </Empty>
  );
}
