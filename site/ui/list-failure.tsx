// The failure of a list whose filters are in the address. A filter that the API refuses is said in words for a person, with the whole list
// as the way on; other failures are said as everywhere.

import type { Failure } from "../failure.ts";
import { filterFaults } from "./filter-faults.ts";
import { Empty, FailureNotice } from "./notice.tsx";

interface Props {
  failure: Failure;
  again: () => void;
  query: object;
  /** What the whole list is called; it is the page without a query. */
  all: string;
}

export function ListFailure({ failure, again, query, all }: Props) {
  const faults = filterFaults(failure, query);
  if (faults.length === 0) return <FailureNotice failure={failure} again={again} />;
  return (
    <div role="alert">
      <Empty title="The list cannot be filtered so">
        {faults.map((fault) => (
          <p key={fault}>{fault}</p>
        ))}
        <div class="actions">
          <a class="button primary" href={location.pathname}>
            {all}
          </a>
        </div>
      </Empty>
    </div>
  );
}
