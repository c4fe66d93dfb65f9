// "Composes exactly with": pick adapters, and the list shows only those that share no column with any of them.

import { useState } from "preact/hooks";
import { COMPOSITION_MEMBERS_MAX } from "../../../schema/contract/limits.ts";
import { api } from "../../api.ts";
import type { FacetList } from "../../api-catalog.ts";
import { adapterUrl, previewOf } from "../../ui/adapter-card.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Picture } from "../../ui/picture.tsx";
import { SuggestBox } from "../../ui/suggest-box.tsx";
import { useReply } from "../../ui/use-reply.ts";
import { composeUrl } from "./query.ts";

export function Together(props: {
  refs: readonly string[];
  counts: FacetList["composes_with"];
  onToggle: (ref: string) => void;
}) {
  const { refs, counts } = props;
  const [text, setText] = useState("");
  return (
    <section class="together" aria-labelledby="together-title">
      <h2 id="together-title">Composes exactly with</h2>
      {refs.length === 0 ? (
        <p class="hint">
          Pick one or more: the list then shows only adapters that share no column with any of them.
        </p>
      ) : (
        <ul class="together-list">
          {refs.map((ref) => (
            <Member key={ref} adapterRef={ref} onRemove={() => props.onToggle(ref)} />
          ))}
        </ul>
      )}
      {refs.length < COMPOSITION_MEMBERS_MAX && (
        <SuggestBox
          label="Add an adapter to compose with"
          placeholder="Add an adapter"
          only="adapter"
          value={text}
          onInput={setText}
          onChoose={(choice) => {
            setText("");
            if (!refs.includes(choice.value)) props.onToggle(choice.value);
          }}
        />
      )}
      {refs.length > 0 && (
        <div class="together-end">
          {counts && (
            <p class="quiet" role="status">
              <strong>{counts.exact.toLocaleString("en")}</strong> of{" "}
              {(counts.exact + counts.others).toLocaleString("en")} share no column
              {refs.length > 1 ? " with any of them" : " with it"}
            </p>
          )}
          <a class="button primary small" href={composeUrl(refs)}>
            {refs.length === 1 ? "Compose with it" : `Compose these ${refs.length}`}
          </a>
        </div>
      )}
    </section>
  );
}

function Member({ adapterRef, onRemove }: { adapterRef: string; onRemove: () => void }) {
  const adapter = useReply(() => api.adapter(adapterRef), [adapterRef]);
  const title = adapter.value?.title ?? adapterRef;
  return (
    <li class="together-member">
      <Picture src={adapter.value ? previewOf(adapter.value) : null} alt="" sizes="4rem" />
      <span>
        <a href={adapterUrl(adapterRef)}>{title}</a>
        <span class="quiet">{adapter.failure ? "not to be found" : `by ${adapterRef.split("/")[0]}`}</span>
      </span>
      <button type="button" class="icon-button" aria-label={`Take ${title} away`} onClick={onRemove}>
        <Icon name="close" />
      </button>
    </li>
  );
}
