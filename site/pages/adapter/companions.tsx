// The adapters of the same base that compose exactly with this one: those that share no column with it in a composition.

import { sharedWhenComposed } from "../../../functions/lib/slot.ts";
import { STRENGTH_DEFAULT } from "../../../schema/contract/limits.ts";
import { type AdapterWithVersions, api, type Base } from "../../api.ts";
import { adapterUrl, previewOf } from "../../ui/adapter-card.tsx";
import { Picture } from "../../ui/picture.tsx";
import { useReply } from "../../ui/use-reply.ts";
import { WithTray } from "./with-tray.tsx";

const LOOKED_AT = 100;
const SHOWN = 12;

export function Companions({ adapter, base }: { adapter: AdapterWithVersions; base: Base }) {
  const others = useReply(
    () => api.adapters({ base: base.id, sort: "most_used", limit: LOOKED_AT }),
    [base.id],
  );
  const mine = adapter.slot ?? 0;
  const exact = (others.arrived?.items ?? []).filter(
    (other) =>
      other.id !== adapter.id && other.slot !== null && sharedWhenComposed(base, mine, other.slot) === 0,
  );
  return (
    <section class="adapter-section">
      <h2>Composes exactly with</h2>
      <WithTray adapter={adapter} base={base} />
      <p class="quiet">
        {exact.length > 0
          ? base.gate
            ? "Each acts only where its own words are looked at: in places of their own they are drawn as if the other were not there."
            : "Composed with any of these it shares no column: each is drawn as if the other were not there."
          : others.arrived && noneOf(others.arrived.next_cursor === null)}
      </p>
      <ul class="companions">
        {exact.slice(0, SHOWN).map((other) => (
          <li key={other.id}>
            <a href={adapterUrl(other.ref)}>
              <Picture src={previewOf(other)} alt="" sizes="4rem" />
              <span>{other.title}</span>
            </a>
            <a
              class="companion-both"
              href={`/compose/#${[adapter, other].map((one) => `a=${one.ref}*${one.latest_version?.strength ?? STRENGTH_DEFAULT}`).join("&")}`}
              aria-label={`Compose both: ${adapter.title} and ${other.title}`}
            >
              Compose both
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** `isAll`: every adapter of its base was looked at, not only those used most. */
const noneOf = (isAll: boolean) =>
  isAll
    ? "No other adapter that shares no column with it is published yet."
    : `None of the ${LOOKED_AT} adapters used most; the catalog can be searched for others.`;
