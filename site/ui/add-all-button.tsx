// "Add to composition" for several at once, on mixes and collections: puts those into the open workspace that are not in it, or takes
// all of them out again.

import { useEffect, useState } from "preact/hooks";
import { COMPOSITION_MEMBERS_MAX } from "../../schema/contract/limits.ts";
import { countOf } from "./format.ts";
import { Icon } from "./icon.tsx";
import { addToTray, onTray, removeFromTray, type TrayItem, trayItems } from "./tray-list.ts";

/** Puts those into the composition that are not in it, as many as it has room for. */
export function addAll(items: readonly TrayItem[]): void {
  const inside = trayItems();
  const missing = items.filter(({ ref }) => !inside.some((item) => item.ref === ref));
  for (const item of missing.slice(0, COMPOSITION_MEMBERS_MAX - inside.length)) addToTray(item);
}

export function AddAllButton(props: {
  /** Of whom the members are. */
  title: string;
  items: readonly TrayItem[];
  text?: boolean;
}) {
  const { title, items, text = false } = props;
  const [inside, setInside] = useState(trayItems);
  useEffect(() => onTray(() => setInside(trayItems())), []);
  const isIn = (ref: string) => inside.some((item) => item.ref === ref);
  const missing = items.filter(({ ref }) => !isIn(ref));
  const room = COMPOSITION_MEMBERS_MAX - inside.length;
  if (items.length === 0) return null;
  const all = missing.length === 0;
  const toggle = () => {
    if (all) for (const { ref } of items) removeFromTray(ref);
    else addAll(items);
  };
  const who = countOf(items.length, "member");
  const label = all
    ? `Remove the ${who} of ${title} from the composition`
    : `Add the ${who} of ${title} to the composition`;
  return (
    <button
      type="button"
      class={text ? "button big" : "icon-button add-button"}
      aria-pressed={all}
      {...(!text && { "aria-label": label })}
      title={label}
      disabled={!all && room <= 0}
      onClick={toggle}
    >
      <Icon name={all ? "check" : "add"} />
      {text && (all ? "In the composition" : "Add all to composition")}
    </button>
  );
}
