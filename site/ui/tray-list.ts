// The members of the open workspace as every page knows them: a short list in the browser's storage, which the compose page and the add
// buttons write. Small on purpose, because every page carries it.

export interface TrayItem {
  ref: string;
  title: string;
  picture: string | null;
  strength: number;
}

export interface Tray {
  /** The workspace that the items belong to; null before there is one. */
  workspace: string | null;
  items: readonly TrayItem[];
}

const KEY = "orthoplex.tray";
/** Set while the visitor has closed the tray; adding somebody opens it again. */
const CLOSED_KEY = "orthoplex.tray.closed";
const CHANGED = "orthoplex:tray";

/** Null where nothing was ever kept. */
export function readTray(): Tray | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "null");
    if (typeof kept !== "object" || kept === null || !("items" in kept) || !Array.isArray(kept.items))
      return null;
    const workspace = "workspace" in kept && typeof kept.workspace === "string" ? kept.workspace : null;
    return { workspace, items: kept.items.filter(isItem) };
  } catch {
    return null;
  }
}

export const trayItems = (): readonly TrayItem[] => readTray()?.items ?? [];

function isItem(value: unknown): value is TrayItem {
  return (
    typeof value === "object" &&
    value !== null &&
    "ref" in value &&
    typeof value.ref === "string" &&
    "title" in value &&
    "strength" in value &&
    typeof value.strength === "number"
  );
}

export function keepTray(tray: Tray): void {
  try {
    const text = JSON.stringify(tray);
    if (text === localStorage.getItem(KEY)) return;
    localStorage.setItem(KEY, text);
  } catch {
    // Storage may be blocked; there is no tray then.
  }
  dispatchEvent(new Event(CHANGED));
}

export function isTrayClosed(): boolean {
  try {
    return localStorage.getItem(CLOSED_KEY) !== null;
  } catch {
    return false;
  }
}

export function setTrayClosed(closed: boolean): void {
  try {
    if (closed) localStorage.setItem(CLOSED_KEY, "1");
    else localStorage.removeItem(CLOSED_KEY);
  } catch {
    // Storage may be blocked; there is no tray then.
  }
  dispatchEvent(new Event(CHANGED));
}

/** The compose page takes it over as an edit when it is opened, or at once where it is open in another tab. */
export function addToTray(item: TrayItem): void {
  setTrayClosed(false);
  const tray = readTray();
  const others = (tray?.items ?? []).filter(({ ref }) => ref !== item.ref);
  keepTray({ workspace: tray?.workspace ?? null, items: [...others, item] });
}

export function removeFromTray(ref: string): void {
  const tray = readTray();
  if (tray) keepTray({ ...tray, items: tray.items.filter((item) => item.ref !== ref) });
}

/** Calls back when this or another tab has changed the list. Returns how to stop. */
export function onTray(changed: () => void): () => void {
  const other = (event: StorageEvent) => [KEY, CLOSED_KEY].includes(event.key ?? "") && changed();
  addEventListener(CHANGED, changed);
  addEventListener("storage", other);
  return () => {
    removeEventListener(CHANGED, changed);
    removeEventListener("storage", other);
  };
}
