// "Add to composition" on the card of a collection: the card knows a few portraits only, so its adapters are fetched when it is pressed.

import { useState } from "preact/hooks";
import { COMPOSITION_MEMBERS_MAX } from "../../schema/contract/limits.ts";
import { type Collection, people } from "../api-people.ts";
import { AddAllButton, addAll } from "./add-all-button.tsx";
import { Icon } from "./icon.tsx";
import { itemsOfAdapters } from "./tray-items.ts";
import type { TrayItem } from "./tray-list.ts";

export function AddCollectionButton({ collection }: { collection: Collection }) {
  const { ref, title } = collection;
  const [items, setItems] = useState<readonly TrayItem[] | null>(null);
  const [state, setState] = useState<"" | "busy" | "failed">("");
  if (items) return <AddAllButton title={title} items={items} />;
  const add = async () => {
    setState("busy");
    const reply = await people.collectionItems(ref, { limit: COMPOSITION_MEMBERS_MAX });
    setState(reply.ok ? "" : "failed");
    if (!reply.ok) return;
    const found = itemsOfAdapters(reply.value.items.map(({ adapter }) => adapter));
    addAll(found);
    setItems(found);
  };
  const label =
    state === "failed"
      ? `${title} could not be loaded. Try again`
      : `Add the adapters of ${title} to the composition`;
  return (
    <button
      type="button"
      class="icon-button add-button"
      aria-label={label}
      title={label}
      disabled={state === "busy"}
      onClick={add}
    >
      <Icon name={state === "failed" ? "alert" : "add"} />
    </button>
  );
}
