// The log: one line of JSON an event, with the ids that it is about under the names that the runner's log uses too.

export type LogFields = Record<string, string | number | boolean | null | undefined>;

export function logLine(level: "info" | "warning" | "error", event: string, fields: LogFields): void {
  const line = JSON.stringify({ level, event, time: new Date().toISOString(), ...fields });
  if (level === "error") console.error(line);
  else if (level === "warning") console.warn(line);
  else console.info(line);
}

/** What a surprise says of itself; it never leaves the log. */
export const faultOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
