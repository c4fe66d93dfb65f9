// "Add to composition" for one adapter, on cards and pages: puts it into the open workspace, or takes it out again.

import { useEffect, useState } from "preact/hooks";
import { STRENGTH_DEFAULT } from "../../schema/contract/limits.ts";
import type { Adapter } from "../api.ts";
import { Icon } from "./icon.tsx";
import { addToTray, onTray, removeFromTray, trayItems } from "./tray-list.ts";

export function AddButton({ adapter, text = false }: { adapter: Adapter; text?: boolean }) {
  const [items, setItems] = useState(trayItems);
  useEffect(() => onTray(() => setItems(trayItems())), []);
  const version = adapter.latest_version;
  if (!version || (adapter.slot === null && !version.foreign)) return null;
  const { ref, title } = adapter;
  const isIn = items.some((item) => item.ref === ref);
  const toggle = () => {
    if (isIn) return removeFromTray(ref);
    const item = {
      ...{ ref, title, picture: version.previews[0]?.url ?? null },
      strength: version.strength ?? STRENGTH_DEFAULT,
    };
    return addToTray(item);
  };
  const label = isIn ? `Remove ${title} from the composition` : `Add ${title} to the composition`;
  return (
    <button
      type="button"
      class={text ? "button big" : "icon-button add-button"}
      aria-pressed={isIn}
      {...(!text && { "aria-label": label })}
      title={label}
      onClick={toggle}
    >
      <Icon name={isIn ? "check" : "add"} />
      {text && (isIn ? "In the composition" : "Add to composition")}
    </button>
  );
}
