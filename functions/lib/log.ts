// The log: one line of JSON per event, with the ids it concerns under the same names as in the runner's log.

export type LogFields = Record<string, string | number | boolean | null | undefined>;

export function logLine(level: "info" | "warning" | "error", event: string, fields: LogFields): void {
  const line = JSON.stringify({ level, event, time: new Date().toISOString(), ...fields });
  if (level === "error") console.error(line);
  else if (level === "warning") console.warn(line);
  else console.info(line);
}

/** The stack of an unexpected error: for the log only, never for a reply. */
export const faultOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
