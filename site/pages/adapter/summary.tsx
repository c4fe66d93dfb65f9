// The head of an adapter page: name, owner, trigger, strength, and links.

import type { AdapterWithVersions, Version } from "../../api.ts";
import { InexactTag } from "../../ui/adapter-card.tsx";
import { AddButton } from "../../ui/add-button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { bytesOf, countOf, dayOf } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";

/** A description up to this length fits beside the picture; a longer one gets a section of the page. */
export const LEAD_MAX_CHARACTERS = 240;

const leadOf = ({ description, concept }: AdapterWithVersions) =>
  description !== "" && description.length <= LEAD_MAX_CHARACTERS ? description : concept;

export function Summary({ adapter, version }: { adapter: AdapterWithVersions; version: Version | null }) {
  const usable = version !== null && adapter.state === "published";
  const lead = leadOf(adapter);
  const since = adapter.published_at ?? adapter.created_at;
  return (
    <div class="summary">
      <div class="summary-head">
        <h1>{adapter.title}</h1>
        <p class="quiet">
          <a href={`/browse/?owner=${adapter.owner}`}>{adapter.owner}</a>
          {` · ${adapter.published_at ? "published" : "begun"} ${dayOf(since)} · ${countOf(adapter.uses, "use")}`}
        </p>
      </div>
      {lead !== adapter.title && <p class="summary-concept">{lead}</p>}
      {version?.foreign && (
        <p class="foreign-mark">
          <InexactTag />
        </p>
      )}
      <div class="chips">
        <a class="chip" href={`/browse/?class=${encodeURIComponent(adapter.class_word)}`}>
          {adapter.class_word}
        </a>
        {adapter.tags.map((tag) => (
          <a key={tag} class="chip" href={`/browse/?tag=${encodeURIComponent(tag)}`}>
            #{tag}
          </a>
        ))}
      </div>
      {version && (
        <dl class="call">
          <div>
            <dt>Trigger</dt>
            <dd>
              <code>{version.trigger}</code>
              <CopyButton text={() => version.trigger} label="Copy the trigger" class="icon-button" compact />
            </dd>
          </div>
          <div>
            <dt>Recommended strength</dt>
            <dd>
              <code>{version.strength}</code>
            </dd>
          </div>
          <div>
            <dt>Reference</dt>
            <dd>
              <code>{adapter.ref}</code>
              <CopyButton text={() => adapter.ref} label="Copy the reference" class="icon-button" compact />
            </dd>
          </div>
        </dl>
      )}
      <div class="actions">
        {usable ? (
          <a class="button primary big" href={`/compose/#a=${adapter.ref}*${version.strength}`}>
            Compose with {adapter.title}
          </a>
        ) : (
          <span class="button primary big" aria-disabled="true">
            {adapter.state === "withdrawn" ? "Withdrawn" : "No published version yet"}
          </span>
        )}
        {usable && <AddButton adapter={adapter} text />}
        {version && (
          <a class="button big" href={version.download_url} download>
            <Icon name="download" />
            {bytesOf(version.size_bytes)}
          </a>
        )}
      </div>
    </div>
  );
}
