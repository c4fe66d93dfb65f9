// The bell in the header: there for who is signed in, with how much is unread. Plain DOM, since every page carries it.

import { UNREAD_COUNTED_MAX } from "../../schema/contract/limits.ts";
import { people } from "../api-people.ts";

const bell = () => document.getElementById("bell");

/** Shows the bell, asks for the count, and asks again when somebody comes back to the page. */
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
  // A bell that cannot be asked stays silent; the page of notifications says why.
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
