// The filters in use as chips that remove them.

import type { CatalogQuery, ListName } from "../../api-catalog.ts";
import { Icon } from "../../ui/icon.tsx";
import { chipsOf } from "./query.ts";

export function FilterChips(props: {
  query: CatalogQuery;
  onToggle: (name: ListName, value: string) => void;
  onClear: () => void;
}) {
  const chips = chipsOf(props.query);
  if (chips.length === 0) return null;
  return (
    <ul class="chips" aria-label="Filters in use">
      {chips.map(({ name, value, text }) => (
        <li key={name + value}>
          <button
            type="button"
            class="chip"
            aria-pressed="true"
            aria-label={`Remove filter: ${text}`}
            onClick={() => props.onToggle(name, value)}
          >
            {text}
            <Icon name="close" />
          </button>
        </li>
      ))}
      <li>
        <button type="button" class="chip" onClick={props.onClear}>
          Clear all
        </button>
      </li>
    </ul>
  );
}
