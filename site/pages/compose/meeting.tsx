// How the members meet: crosstalk between every two of them, and what their licences together allow. Told by the API from slots alone.

import type { Adapter, Composition } from "../../api.ts";
import { Notice } from "../../ui/notice.tsx";
import { entryOf } from "./use-known.ts";

type Pair = Composition["crosstalk"]["pairs"][number];

const PERMISSIONS = [
  ["commercial_use", "Commercial use"],
  ["derivatives", "Derivatives"],
  ["different_licence", "Another licence for derivatives"],
] as const;

export function Crosstalk({
  composition,
  adapters,
}: {
  composition: Composition;
  adapters: ReadonlyMap<string, Adapter>;
}) {
  const { members, crosstalk } = composition;
  if (members.length < 2) return <p class="quiet">One adapter has nobody to disturb. Add a second one.</p>;
  const between = (a: string, b: string) =>
    crosstalk.pairs.find((pair) => (pair.a === a && pair.b === b) || (pair.a === b && pair.b === a));
  const nameOf = (ref: string) => adapters.get(ref)?.title ?? adapters.get(entryOf(ref))?.title ?? ref;
  const exact = crosstalk.pairs.every((pair) => pair.exact);
  return (
    <div class="crosstalk">
      <p>
        {exact ? (
          <>
            <span class="tag good">Exactly orthogonal</span> No two of them share a column in any layer.
          </>
        ) : (
          <>
            <span class="tag warn">Almost orthogonal</span> {worstOf(crosstalk.pairs)}
          </>
        )}
      </p>
      <table class="matrix">
        <thead>
          <tr>
            <td />
            {members.slice(1).map((member, i) => (
              <th
                scope="col"
                key={member.version_id}
                class={`cast-${(i + 1) % 6}`}
                title={nameOf(member.ref)}
              >
                <span class="cast-number">{i + 2}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {members.slice(0, -1).map((row, i) => (
            <tr key={row.version_id}>
              <th scope="row" class={`cast-${i % 6}`}>
                <span class="cast-number">{i + 1}</span> {nameOf(row.ref)}
              </th>
              {members.slice(1).map((column, j) => {
                const pair = j + 1 > i ? between(row.version_id, column.version_id) : undefined;
                return (
                  <td key={column.version_id} class={pair ? (pair.exact ? "exact" : "shares") : ""}>
                    {pair && <PairMark pair={pair} />}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function PairMark({ pair }: { pair: Pair }) {
  const words = pair.exact
    ? "exactly orthogonal"
    : `shares ${pair.shared_columns_per_layer} of ${pair.rank} columns in a layer`;
  return (
    <span title={words}>
      <span aria-hidden="true">{pair.exact ? "0" : pair.shared_columns_per_layer}</span>
      <span aria-hidden="true" class="of">
        /{pair.rank}
      </span>
      <span class="visually-hidden">{words}</span>
    </span>
  );
}

function worstOf(pairs: readonly Pair[]): string {
  const worst = pairs.reduce((most, pair) =>
    pair.shared_columns_per_layer > most.shared_columns_per_layer ? pair : most,
  );
  return `The closest two share ${worst.shared_columns_per_layer} of ${worst.rank} columns in a layer.`;
}

export function Licences({ composition }: { composition: Composition }) {
  const { licence } = composition;
  const refsOf = (permission: string) =>
    licence.limited_by.filter((limit) => limit.permission === permission).map((limit) => limit.ref);
  const creditors = refsOf("credit");
  return (
    <ul class="licences">
      {PERMISSIONS.map(([permission, name]) => {
        const allowed = licence[permission];
        const forbidding = refsOf(permission);
        return (
          <li key={permission}>
            <span class={`tag ${allowed ? "good" : "bad"}`}>{allowed ? "yes" : "no"}</span>
            <span>
              {name}
              {!allowed && forbidding.length > 0 && (
                <span class="quiet"> (forbidden by {forbidding.map(entryOf).join(", ")})</span>
              )}
            </span>
          </li>
        );
      })}
      <li>
        <span class="tag">{licence.credit ? "must" : "free"}</span>
        <span>
          {licence.credit ? "Name " : "No credit needed"}
          {licence.credit && <span class="quiet">{[...new Set(creditors.map(entryOf))].join(", ")}</span>}
        </span>
      </li>
    </ul>
  );
}

export function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <Notice tone="warn" title={warnings.length === 1 ? "One remark" : `${warnings.length} remarks`}>
      {warnings.map((warning) => (
        <p key={warning}>{warning}</p>
      ))}
    </Notice>
  );
}
