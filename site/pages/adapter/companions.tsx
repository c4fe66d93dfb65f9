// Whom an adapter composes with exactly: everyone of its class of slots. Everyone else shares at most one column with it.

import { classOf } from "../../../functions/lib/slot.ts";
import { STRENGTH_DEFAULT } from "../../../schema/contract/limits.ts";
import { type AdapterWithVersions, api, type Base } from "../../api.ts";
import { adapterUrl, previewOf } from "../../ui/adapter-card.tsx";
import { Picture } from "../../ui/picture.tsx";
import { useReply } from "../../ui/use-reply.ts";

const LOOKED_AT = 100;
const SHOWN = 12;

export function Companions({ adapter, base }: { adapter: AdapterWithVersions; base: Base }) {
  const others = useReply(
    () => api.adapters({ base: base.id, sort: "most_used", limit: LOOKED_AT }),
    [base.id],
  );
  const radix = base.slots.class_size;
  const mine = classOf(adapter.slot ?? 0, radix);
  const exact = (others.value?.items ?? []).filter(
    (other) => other.id !== adapter.id && other.slot !== null && classOf(other.slot, radix) === mine,
  );
  return (
    <section class="adapter-section">
      <h2>Composes exactly with</h2>
      <p class="quiet">
        {exact.length > 0
          ? `These live in the same class of slots: no column is shared with any of them. With anyone else of this base it shares at most 1 of ${base.rank}.`
          : `Nobody else of its class of slots is published yet. With anyone of this base it shares at most 1 of ${base.rank} columns.`}
      </p>
      <ul class="companions">
        {exact.slice(0, SHOWN).map((other) => (
          <li key={other.id}>
            <a href={adapterUrl(other.ref)}>
              <Picture src={previewOf(other)} alt="" />
              <span>{other.title}</span>
            </a>
            <a
              class="companion-both"
              href={`/compose/#${[adapter, other].map((one) => `a=${one.ref}*${one.latest_version?.strength ?? STRENGTH_DEFAULT}`).join("&")}`}
              aria-label={`Compose ${adapter.title} with ${other.title}`}
            >
              Compose both
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
