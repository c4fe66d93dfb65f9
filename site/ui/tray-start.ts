// Loads and starts the tray only if it has members, so that most pages never load its code. While it is closed, the header's link to
// Compose carries the number of its members.

import { isTrayClosed, onTray, trayItems } from "./tray-list.ts";

export function startTray(): void {
  let started = false;
  const look = async () => {
    const { length } = trayItems();
    const isClosed = isTrayClosed();
    countInHeader(isClosed ? length : 0);
    if (started || length === 0 || isClosed) return;
    started = true;
    const { mountTray } = await import("./tray.tsx");
    mountTray();
  };
  onTray(look);
  look();
}

function countInHeader(count: number): void {
  for (const link of document.querySelectorAll<HTMLElement>('.topbar nav a[href="/compose/"]')) {
    if (count === 0) delete link.dataset.count;
    else link.dataset.count = String(count);
    link.setAttribute("aria-label", count === 0 ? "Compose" : `Compose, ${count} in the composition`);
  }
}
