// Loads and starts the tray only if it has members, so that most pages never load its code.

import { onTray, trayItems } from "./tray-list.ts";

export function startTray(): void {
  let started = false;
  const look = async () => {
    if (started || trayItems().length === 0) return;
    started = true;
    const { mountTray } = await import("./tray.tsx");
    mountTray();
  };
  onTray(look);
  look();
}
