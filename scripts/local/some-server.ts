// The running server, or a temporary one for as long as a script needs it.

import { type Account, accountOf, OPERATOR } from "./accounts.ts";
import { homeAt, LOCAL } from "./paths.ts";
import { runningServer } from "./server-file.ts";
import { startTemporaryServer } from "./temporary.ts";

interface SomeServer {
  url: string;
  apiKey: string;
  /** Of the demo account. */
  email: string;
  password: string;
  operator: Pick<Account, "email" | "password">;
  end(): Promise<void>;
}

/** The server of `npm start` if one is running, else a temporary one that `end`, or Ctrl-C, stops. */
export async function someServer(): Promise<SomeServer> {
  const running = await runningServer();
  if (running) {
    console.log(`Using the running server at ${running.url}`);
    const { url, api_key: apiKey, email, password } = running;
    const operator = accountOf(homeAt(LOCAL), OPERATOR);
    return { url, apiKey, email, password, operator, end: async () => {} };
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
  const { api_key: apiKey, email, password } = own.demo;
  return { url: own.url, apiKey, email, password, operator: own.operator, end: own.end };
}
