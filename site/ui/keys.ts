// Keys that work on every page: "/" goes to the search field, "?" lists the keys. A page adds its own to the list.

export interface KeyRow {
  keys: string;
  does: string;
}

const EVERYWHERE: readonly KeyRow[] = [
  { keys: "/", does: "Search" },
  { keys: "?", does: "List the keys" },
  { keys: "Esc", does: "Close what is open" },
];
let ofPage: readonly KeyRow[] = [];

export function describeKeys(rows: readonly KeyRow[]): void {
  ofPage = rows;
}

const WRITTEN = new Set(["text", "search", "email", "url", "password", "number", "tel", ""]);

/** Whether what is pressed goes into a field. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return WRITTEN.has(target.type);
  return target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName);
}

export function listenForKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") showKeys();
    else if (event.key !== "/" || !focusSearch()) return;
    event.preventDefault();
  });
}

/** The page's own search field, else the one of the header, which small screens open first. */
function focusSearch(): boolean {
  const fields = document.querySelectorAll<HTMLInputElement>(
    "main [role=combobox], main [type=search], .topbar-search input",
  );
  const shown = [...fields].find((field) => field.checkVisibility());
  if (shown) {
    shown.focus();
    shown.select();
    return true;
  }
  const popover = document.getElementById("search");
  popover?.showPopover();
  return popover !== null;
}

export function showKeys(): void {
  const dialog = document.createElement("dialog");
  dialog.className = "box keys";
  dialog.setAttribute("aria-label", "Keys");
  const title = document.createElement("h2");
  title.textContent = "Keys";
  const list = document.createElement("dl");
  for (const { keys, does } of [...ofPage, ...EVERYWHERE]) {
    const row = document.createElement("div");
    const name = document.createElement("dt");
    const kbd = document.createElement("kbd");
    kbd.textContent = keys;
    name.append(kbd);
    const text = document.createElement("dd");
    text.textContent = does;
    row.append(name, text);
    list.append(row);
  }
  const close = document.createElement("button");
  close.className = "button small";
  close.type = "button";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(title, list, close);
  document.body.append(dialog);
  dialog.showModal();
}
