// The server of a journey in a browser: the one that scripts/journeys.ts has started for all of them, or, for a file run alone, one of its own.

import { readFileSync } from "node:fs";
import { startTemporaryServer } from "../../scripts/local/temporary.ts";

export type Server = Pick<
  Awaited<ReturnType<typeof startTemporaryServer>>,
  "url" | "logs" | "demo" | "operator" | "end"
>;

/** ORTHOPLEX_JOURNEYS is the path of a JSON file {url, logs, demo, operator}. A journey may rely on the seeded catalog, not on being alone. */
export async function journeyServer(signal: AbortSignal): Promise<Server> {
  const file = process.env.ORTHOPLEX_JOURNEYS;
  if (file === undefined) return startTemporaryServer({ runners: 1, signal, say: () => {} });
  const shared = JSON.parse(readFileSync(file, "utf8")) as Omit<Server, "end">;
  return { ...shared, end: async () => {} };
}
