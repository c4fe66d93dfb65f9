// Runs steps that do not fit into one transaction: if a later step fails, the earlier ones are undone.

import { Refusal } from "./refusal.ts";

/** The result of `work`; where that is a refusal or a throw, `undo` runs first. */
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
