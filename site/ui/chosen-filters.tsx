// The filters that an address contains, each with a button that takes it away.

import { Icon } from "./icon.tsx";

export function ChosenFilters<F extends string>(props: {
  filters: readonly (readonly [F, (value: string) => string])[];
  query: Partial<Record<F, string>>;
  onRemove: (filter: F) => void;
}) {
  return (
    <div class="chips chosen-filters">
      {props.filters.map(([filter, words]) => {
        const value = props.query[filter];
        return (
          value && (
            <button
              type="button"
              key={filter}
              class="chip"
              aria-pressed="true"
              aria-label={`Remove filter: ${words(value)}`}
              onClick={() => props.onRemove(filter)}
            >
              {words(value)}
              <Icon name="close" />
            </button>
          )
        );
      })}
    </div>
  );
}
