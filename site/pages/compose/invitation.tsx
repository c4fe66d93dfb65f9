// The empty canvas: instructions, and the four most used adapters.

import { type Adapter, api } from "../../api.ts";
import { previewOf } from "../../ui/adapter-card.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Picture } from "../../ui/picture.tsx";
import { useReply } from "../../ui/use-reply.ts";

const PLACES = [1, 2, 3, 4];

export function Invitation(props: { onPick: () => void; onQuickPick: (adapter: Adapter) => void }) {
  const popular = useReply((signal) => api.adapters({ sort: "most_used", limit: PLACES.length }, signal), []);
  const adapters = (popular.value?.items ?? []).filter((adapter) => adapter.latest_version);
  return (
    <div class="invitation">
      <p>Who is in the picture?</p>
      <div class="invitation-people">
        {popular.waiting && PLACES.map((place) => <span key={place} class="skeleton" />)}
        {adapters.map((adapter) => (
          <button
            type="button"
            key={adapter.id}
            aria-label={`Add ${adapter.title}`}
            title={adapter.title}
            onClick={() => props.onQuickPick(adapter)}
          >
            <Picture src={previewOf(adapter)} alt="" sizes="4rem" />
          </button>
        ))}
        <button
          type="button"
          class="invitation-more"
          aria-label="Choose from the catalog"
          onClick={props.onPick}
        >
          <Icon name="add" />
        </button>
      </div>
      <p class="hint">Or draw a box where somebody is to stand.</p>
    </div>
  );
}
