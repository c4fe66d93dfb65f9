// Crosstalk of every pair as a table: shared columns, or on a base with gates how far places overlap. Pairs that share nothing have empty cells.

import type { Composition } from "../api.ts";

/** `a` and `b` are ids of members. */
export type Pair = Omit<Composition["crosstalk"]["pairs"][number], "a" | "b"> & { a: string; b: string };

export interface MatrixMember {
  id: string;
  name: string;
  /** Its number among the members from 0, where some of them are not compared. */
  place?: number;
}

export function CrosstalkMatrix({ cast, pairs }: { cast: readonly MatrixMember[]; pairs: readonly Pair[] }) {
  if (cast.length < 2) return <p class="quiet">One adapter has nobody to disturb.</p>;
  return (
    <div class="crosstalk">
      <Verdict pairs={pairs} />
      <PairTable cast={cast} pairs={pairs} />
    </div>
  );
}

/** The table alone, for a page that has its own summary. */
export function PairTable({ cast, pairs }: { cast: readonly MatrixMember[]; pairs: readonly Pair[] }) {
  const between = (a: string, b: string) =>
    pairs.find((pair) => (pair.a === a && pair.b === b) || (pair.a === b && pair.b === a));
  const numbered = cast.map((member, i) => ({ ...member, place: member.place ?? i }));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <section class="matrix-frame" tabIndex={0} aria-label="Crosstalk">
      <table class="matrix">
        <caption class="visually-hidden">Where two adapters can act on one another</caption>
        <thead>
          <tr>
            <td />
            {numbered.map((member) => (
              <th scope="col" key={member.id} class={`cast-${member.place % 6}`} title={member.name}>
                <span class="cast-number" aria-hidden="true">
                  {member.place + 1}
                </span>
                <span class="visually-hidden">{member.name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {numbered.map((row) => (
            <tr key={row.id}>
              <th scope="row" class={`cast-${row.place % 6}`}>
                <span class="cast-number" aria-hidden="true">
                  {row.place + 1}
                </span>{" "}
                {row.name}
              </th>
              {numbered.map((column) => (
                <Cell key={column.id} pair={between(row.id, column.id)} isSelf={row === column} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Cell({ pair, isSelf }: { pair: Pair | undefined; isSelf: boolean }) {
  if (isSelf) return <td class="self" aria-label="itself" />;
  if (!pair) return <td />;
  const words = crosstalkText(pair);
  return (
    <td class={pair.exact ? "exact" : "shares"}>
      <span title={words}>
        <span aria-hidden="true">{pair.exact ? "0" : shownOf(pair)}</span>
        <span class="visually-hidden">{words}</span>
      </span>
    </td>
  );
}

const percentOf = (share: number) => `${Math.max(1, Math.round(100 * share))} %`;

function crosstalkText({ exact, gates_overlap, shared_columns_per_layer, rank }: Pair): string {
  if (gates_overlap !== null) {
    return exact
      ? "never act at one place"
      : `may both act on ${percentOf(gates_overlap)} of the smaller place`;
  }
  return exact ? "exactly orthogonal" : `shares ${shared_columns_per_layer} of ${rank} columns in a layer`;
}

function shownOf({ gates_overlap, shared_columns_per_layer, rank }: Pair) {
  if (gates_overlap !== null) return percentOf(gates_overlap);
  return (
    <>
      {shared_columns_per_layer}
      <span class="of">/{rank}</span>
    </>
  );
}

/** How much of two members meets, for finding the pair that meets most. */
const meeting = ({ gates_overlap, shared_columns_per_layer }: Pair) =>
  gates_overlap ?? shared_columns_per_layer;

function Verdict({ pairs }: { pairs: readonly Pair[] }) {
  const worst = pairs.reduce<Pair | null>(
    (most, pair) => (most && meeting(most) >= meeting(pair) ? most : pair),
    null,
  );
  const isGated = worst !== null && worst.gates_overlap !== null;
  if (!worst || worst.exact) {
    return (
      <p>
        <span class="tag good">{isGated ? "Nothing meets" : "Exactly orthogonal"}</span>{" "}
        {isGated
          ? "Each acts only where its own words are looked at, and each has a place of its own."
          : "No two of them share a column in any layer."}
      </p>
    );
  }
  if (isGated) {
    return (
      <p>
        <span class="tag warn">Boxes overlap</span>{" "}
        {`Each acts only where its own words are looked at. Two of them may do so in one place: ${percentOf(worst.gates_overlap ?? 0)} of the smaller. Draw their boxes apart, each inside its own part of the canvas, and nothing meets.`}
      </p>
    );
  }
  return (
    <p>
      <span class="tag warn">Almost orthogonal</span>{" "}
      {`The closest two share ${worst.shared_columns_per_layer} of ${worst.rank} columns in a layer.`}
    </p>
  );
}
