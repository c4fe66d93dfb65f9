// Long work on bytes, in parts: between them the other requests of this isolate have their turn, which share its one thread.

/** Resolves when what waits has run. */
export const otherTurns = (): Promise<void> => scheduler.wait(0);
