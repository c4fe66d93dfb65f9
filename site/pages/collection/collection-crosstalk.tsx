// Crosstalk of a collection: the columns each adapter owns, and how many every pair shares.

import { sharedWhenComposed } from "../../../functions/lib/slot.ts";
import type { Base } from "../../api.ts";
import type { CollectionWithItems } from "../../api-people.ts";
import { type Pair, PairTable } from "../../ui/crosstalk-matrix.tsx";
import { countOf } from "../../ui/format.ts";
import { Notice } from "../../ui/notice.tsx";
import { SlotPattern } from "../../ui/slot-pattern.tsx";

/** A larger table is unreadable; the sentence above it summarises it. */
const SHOWN = 24;
const CONFLICTS_NAMED = 6;

type Member = { id: string; name: string; slot: number; index: number; place: number };

export function CollectionCrosstalk({ collection, base }: { collection: CollectionWithItems; base: Base }) {
  const members = collection.items.flatMap(({ adapter }, index): Member[] =>
    adapter?.slot === null || adapter === null
      ? []
      : [{ id: adapter.id, name: adapter.title, slot: adapter.slot, index, place: index }],
  );
  const { exactness } = collection;
  if (members.length === 0) return null;
  const shown = members.slice(0, SHOWN);
  const pairs = (members.length * (members.length - 1)) / 2;
  return (
    <section class="collection-crosstalk">
      <h2>How exactly they go together</h2>
      {exactness.exact ? (
        <Notice
          variant="good"
          title={
            members.length === 1
              ? "Alone, so nobody is disturbed"
              : base.gate
                ? "Nothing meets"
                : "Exactly orthogonal"
          }
        >
          <p>
            {members.length === 1
              ? "Whoever joins is compared with it here."
              : base.gate
                ? "Each acts only where its own words are looked at: in places of their own they leave one another alone, however many there are."
                : "No two of them share a column in any layer: each works as if the others were not there."}
          </p>
        </Notice>
      ) : (
        <Notice
          variant="info"
          title={`${countOf(exactness.conflict_count, "pair")} of ${pairs.toLocaleString("en")} ${exactness.conflict_count === 1 ? "shares" : "share"} columns`}
        >
          <p>
            {`They stand in ${countOf(exactness.classes.length, "class").replace(/classs$/, "classes")} of slots. A shared column of ${base.rank} is a whisper, not a blend; one class is silent.`}
          </p>
          <ul class="conflicts">
            {exactness.conflicts.slice(0, CONFLICTS_NAMED).map(({ a, b, shared_columns }) => (
              <li key={`${a} ${b}`}>{`${a} and ${b}: ${shared_columns} of ${base.rank}`}</li>
            ))}
          </ul>
        </Notice>
      )}
      <div class="crosstalk-pictures">
        {!base.gate && (
          <figure>
            <SlotPattern base={base} owners={shown} />
            <figcaption class="quiet">
              Every cell is a column of the basis; a colour is one of the cast. A cell with two colours is
              shared.
            </figcaption>
          </figure>
        )}
        {shown.length > 1 && <PairTable cast={shown} pairs={pairsOf(base, shown)} />}
      </div>
      {members.length > SHOWN && (
        <p class="quiet">{`Shown for the first ${SHOWN}; the sentence above is about all ${members.length}.`}</p>
      )}
    </section>
  );
}

/** Every unordered pair, computed from the slots alone. */
function pairsOf(base: Base, members: readonly Member[]): Pair[] {
  return members.flatMap((a, i) =>
    members.slice(i + 1).map((b) => {
      const shared = sharedWhenComposed(base, a.slot, b.slot);
      return {
        a: a.id,
        b: b.id,
        shared_columns_per_layer: shared,
        rank: base.rank,
        gates_overlap: base.gate ? 0 : null,
        exact: shared === 0,
      };
    }),
  );
}
