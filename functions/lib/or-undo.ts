// Work in several steps that no one transaction holds: what the earlier ones left is taken back where a later one fails.

import { Refusal } from "./refusal.ts";

/** What `work` gives; where that is a refusal or it throws, `undo` comes first. */
export async function orUndo<T>(
  work: () => Promise<T | Refusal>,
  undo: () => Promise<void>,
): Promise<T | Refusal> {
  let isDone = false;
  try {
    const value = await work();
    isDone = !(value instanceof Refusal);
    return value;
  } finally {
    if (!isDone) await undo();
  }
}
