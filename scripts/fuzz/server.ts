// The server of a fuzz run: temporary, without runners, ended by the script or by a signal.

import type { LocalServer } from "../local/server.ts";
import { startTemporaryServer } from "../local/temporary.ts";
import { SETTINGS } from "./place.ts";

export function startFuzzedServer(say: (line: string) => void): Promise<LocalServer & { logs: string }> {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stop.abort());
  return startTemporaryServer({ runners: 0, settings: SETTINGS, signal: stop.signal, say });
}
