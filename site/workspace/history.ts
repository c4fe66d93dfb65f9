// Undo and redo: every state that somebody left, with a name, and a pointer to the present one. Pure; time is an argument.

export interface Entry<T> {
  state: T;
  /** What was done to arrive here: "Add Ivy". */
  label: string;
  at: number;
  /** Edits of one key that follow each other at once are one entry: a drag, a slider, a typed sentence. */
  key: string | null;
}

export interface History<T> {
  entries: readonly Entry<T>[];
  index: number;
}

export const HISTORY_MAX = 200;
/** A pause of so long begins a new entry. */
export const MERGE_PAUSE_MS = 1_500;

export function historyOf<T>(state: T, at: number): History<T> {
  return { entries: [{ state, label: "Start", at, key: null }], index: 0 };
}

export function present<T>(history: History<T>): T {
  const entry = history.entries[history.index];
  if (!entry) throw new Error("A history is never empty");
  return entry.state;
}

/** Adds a state after the present one. What had been undone is dropped, as in every editor. */
export function pushed<T>(history: History<T>, entry: Entry<T>): History<T> {
  const before = history.entries.slice(0, history.index + 1);
  const last = before.at(-1);
  const isSame = last !== undefined && entry.key !== null && last.key === entry.key;
  const merges = isSame && entry.at - last.at <= MERGE_PAUSE_MS && before.length > 1;
  const entries = [...(merges ? before.slice(0, -1) : before), entry].slice(-HISTORY_MAX);
  return { entries, index: entries.length - 1 };
}

/** Replaces the present state without an entry, for changes that no user made, such as a prompt that is proposed once the vocabulary has loaded. */
export function amended<T>(history: History<T>, state: T): History<T> {
  if (present(history) === state) return history;
  const entries = history.entries.map((entry, i) => (i === history.index ? { ...entry, state } : entry));
  return { ...history, entries };
}

export const canUndo = (history: History<unknown>) => history.index > 0;
export const canRedo = (history: History<unknown>) => history.index < history.entries.length - 1;

/** Makes the entry of that index the present one; the others stay. */
export function jumped<T>(history: History<T>, index: number): History<T> {
  const to = Math.min(Math.max(0, index), history.entries.length - 1);
  // The next edit must not merge into an entry that one has just returned to.
  const entries = history.entries.map((entry, i) => (i === to ? { ...entry, key: null } : entry));
  return { entries, index: to };
}
