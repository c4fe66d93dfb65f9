// The running server, or a temporary one for as long as a script needs it.

import { runningServer } from "./server-file.ts";
import { startTemporaryServer } from "./temporary.ts";

/** The server of `npm start` if one is running, else a temporary one that `end`, or Ctrl-C, stops. */
export async function someServer(): Promise<{ url: string; apiKey: string; end(): Promise<void> }> {
  const running = await runningServer();
  if (running) {
    console.log(`Using the running server at ${running.url}`);
    return { url: running.url, apiKey: running.api_key, end: async () => {} };
  }
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stop.abort());
  console.log("No server is running; starting one for this ...");
  const own = await startTemporaryServer({
    runners: 1,
    signal: stop.signal,
    say: (line) => console.log(`· ${line}`),
  });
  stop.signal.addEventListener("abort", () => void own.end().then(() => process.exit(130)));
  return { url: own.url, apiKey: own.demo.api_key, end: own.end };
}
