// Whether an adapter composes exactly with everybody in the open composition, before it is added. Slots are public: this needs no account.

import { useEffect, useState } from "preact/hooks";
import { type AdapterWithVersions, api, type Base } from "../../api.ts";
import { countOf } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { onTray, trayItems } from "../../ui/tray-list.ts";
import { useReply } from "../../ui/use-reply.ts";
import { meetingOf } from "./meeting.ts";

/** `owner/name:3` is a version of `owner/name`. */
const entryOf = (ref: string) => ref.replace(/:\d+$/, "");

export function WithTray({ adapter, base }: { adapter: AdapterWithVersions; base: Base }) {
  const [items, setItems] = useState(trayItems);
  useEffect(() => onTray(() => setItems(trayItems())), []);
  const others = items.filter(({ ref }) => entryOf(ref) !== adapter.ref);
  const key = others.map(({ ref }) => ref).join(",");
  const known = useReply(async () => {
    const replies = await Promise.all(others.map(({ ref }) => api.adapter(entryOf(ref))));
    return { ok: true as const, value: replies.flatMap((reply) => (reply.ok ? [reply.value] : [])) };
  }, [key]);
  if (others.length === 0) return null;
  const who = others.length === 1 ? (others[0]?.title ?? "") : `the ${countOf(others.length, "member")}`;
  const meeting = known.waiting || !known.value ? null : meetingOf(base, adapter, known.value);
  return (
    <p class="meets-tray" role="status">
      <Icon name={meeting && !meeting.isExact ? "alert" : "check"} />
      {meeting === null
        ? `Comparing it with ${who} of your composition`
        : meeting.isExact
          ? `Composes exactly with ${who} of your composition.`
          : meeting.text}
    </p>
  );
}
