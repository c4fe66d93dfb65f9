// npm start: the whole product on this machine, until Ctrl-C.
//   PORT=8787 npm start -- --runners 1

import { parseArgs } from "node:util";
import { endLeftovers } from "./local/child.ts";
import { homeAt, LOCAL } from "./local/paths.ts";
import { type LocalServer, startServer } from "./local/server.ts";
import { removeServerFile, runningServer, type ServerFile, writeServerFile } from "./local/server-file.ts";
import { freePort } from "./local/worker.ts";

const RUNNERS_MAX = 64;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { runners: { type: "string", default: "1" } } });
  const runners = Number(values.runners);
  const port = Number(process.env.PORT ?? "8787");
  if (!Number.isInteger(runners) || runners < 0 || runners > RUNNERS_MAX) {
    return refuse(`--runners is ${values.runners}; it must be a whole number from 0 to ${RUNNERS_MAX}.`);
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    return refuse(`PORT is ${process.env.PORT}; it must be a number from 1 to 65535.`);
  }
  const running = await runningServer();
  if (running) {
    return refuse(`Orthoplex is already running at ${running.url} (process ${running.pid}).`);
  }
  const home = homeAt(LOCAL);
  await endLeftovers(home);
  try {
    await freePort(port);
  } catch {
    return refuse(
      `Port ${port} is in use by another program. Choose one, for example: PORT=${port + 1} npm start`,
    );
  }

  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort());
  const begun = performance.now();
  console.log("Starting Orthoplex ...");
  let server: LocalServer;
  try {
    server = await startServer({
      home,
      port,
      runners,
      signal: stop.signal,
      say: (line) => console.log(`· ${line}`),
    });
  } catch (error) {
    if (stop.signal.aborted) {
      console.log("Stopped.");
      return 0;
    }
    return refuse(error instanceof Error ? error.message : String(error));
  }
  const { email, password, api_key } = server.demo;
  const file: ServerFile = { url: server.url, api_key, email, password, pid: process.pid };
  writeServerFile(file);
  console.log(banner(file, runners, (performance.now() - begun) / 1000));

  const failure = await Promise.race([server.failed, aborted(stop.signal)]);
  removeServerFile();
  if (failure) console.error(`\n✗ ${failure}\n`);
  console.log("\nStopping: the runner gives its work back, then the Worker ends ...");
  await server.end();
  console.log("Stopped.");
  return failure ? 1 : 0;
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener("abort", () => resolve(null), { once: true });
  });
}

function refuse(message: string): 1 {
  console.error(`\n✗ ${message}\n`);
  return 1;
}

function banner({ url, email, password, api_key }: ServerFile, runners: number, seconds: number): string {
  return `
  Orthoplex is running (ready in ${seconds.toFixed(1)} s):

      ${url}

  sign in     ${email}   ${password}
  API key     ${api_key}
  runners     ${runners}, logs in .local/logs
  stop        Ctrl-C
`;
}
