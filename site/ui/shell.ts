// Starts the header that every page carries: theme switch, account link, styles. Imported first by each page's entry.

import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/shell.css";
import "../styles/controls.css";
import "../styles/fields.css";
import "../styles/surfaces.css";
import "../styles/dialogs.css";
import "../styles/slots.css";
import { lastKnownHandle, loadAccount } from "./account.ts";
import { listenForKeys } from "./keys.ts";
import { wakeBell } from "./notification-bell.ts";
import { startTray } from "./tray-start.ts";

const THEME_KEY = "orthoplex.theme";

function isDark(): boolean {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

document.getElementById("theme-toggle")?.addEventListener("click", () => {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(THEME_KEY, theme);
  } catch {
    // Storage may be blocked; the choice then lasts for this page.
  }
});

listenForKeys();
// The compose page shows the members themselves.
if (!document.querySelector(".compose-main")) startTray();

const link = document.getElementById("account-link");
const show = (handle: string | null) => {
  if (link) link.textContent = handle ?? "Sign in";
};
show(lastKnownHandle());
loadAccount().then((account) => {
  if (account !== undefined) show(account?.handle ?? null);
  if (account) wakeBell();
});
