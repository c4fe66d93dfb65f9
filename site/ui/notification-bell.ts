// The notification icon in the header of signed-in accounts, with the unread count. Plain DOM, since every page carries it.

import { UNREAD_COUNTED_MAX } from "../../schema/contract/limits.ts";
import { people } from "../api-people.ts";

const bell = () => document.getElementById("bell");

/** Shows the icon, fetches the count, and fetches it again when the page becomes visible. */
export function wakeBell(): void {
  const link = bell();
  if (!link) return;
  link.hidden = false;
  ask();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") ask();
  });
}

async function ask(): Promise<void> {
  const reply = await people.notifications({ unread: "true", limit: 1 });
  // A failed fetch shows no count; the notifications page reports the error.
  if (reply.ok) showUnread(reply.value.unread_count);
}

export function showUnread(count: number): void {
  const link = bell();
  const badge = link?.querySelector<HTMLElement>(".bell-count");
  if (!link || !badge) return;
  badge.hidden = count === 0;
  badge.textContent = unreadText(count);
  link.setAttribute(
    "aria-label",
    count === 0 ? "Notifications" : `Notifications, ${unreadText(count)} unread`,
  );
}

export function unreadText(count: number): string {
  return count >= UNREAD_COUNTED_MAX ? `${UNREAD_COUNTED_MAX - 1}+` : String(count);
}
