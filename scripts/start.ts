// npm start: the whole product on this machine, until Ctrl-C. npm run dev: the same, with the site, the Worker and the runner reloading
// when their source changes.
//   PORT=8787 npm start -- --runners 1
//   npm run dev

import { parseArgs } from "node:util";
import { endLeftovers } from "./local/child.ts";
import { homeAt, LOCAL } from "./local/paths.ts";
import { freePort } from "./local/ports.ts";
import { reloadOnChange, startVite } from "./local/reload.ts";
import type { Publishers } from "./local/seed.ts";
import { coverMixes } from "./local/seed-covers.ts";
import { guideSeeds } from "./local/seed-guides.ts";
import { type LocalServer, startServer } from "./local/server.ts";
import { removeServerFile, runningServer, type ServerFile, writeServerFile } from "./local/server-file.ts";
import { runStep } from "./setup/step-line.mjs";

const RUNNERS_MAX = 64;
const VITE_GRACE_MS = 5_000;
const HELP = `npm start [-- --runners N]    the built site, the Worker and N runners (1) at PORT (8787)
npm run dev                   the same, reloading what changes; the Worker itself is at PORT + 1`;

type Options = { runners: number; port: number; dev: boolean };

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (options === null) return 0;
  if (typeof options === "string") return refuse(options);
  const { runners, port, dev } = options;
  const running = await runningServer();
  if (running) {
    return refuse(`Orthoplex is already running at ${running.url} (process ${running.pid}).`);
  }
  const home = homeAt(LOCAL);
  await endLeftovers(home);
  for (const needed of dev ? [port, port + 1] : [port]) {
    try {
      await freePort(needed);
    } catch {
      const command = dev ? "npm run dev" : "npm start";
      return refuse(
        `Port ${needed} is in use by another program. Choose another, for example: PORT=${port + 10} ${command}`,
      );
    }
  }

  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort());
  const begun = performance.now();
  console.log("Starting Orthoplex ...");
  const say = (line: string) => console.log(`· ${line}`);
  let server: LocalServer;
  let url: string;
  const extras: (() => unknown)[] = [];
  try {
    server = await startServer({
      home,
      port: dev ? port + 1 : port,
      servedToo: dev ? [port] : [],
      runners,
      reloads: dev,
      signal: stop.signal,
      say,
      step: runStep,
    });
    url = server.url;
    if (dev) {
      try {
        const vite = await startVite(home, port, server.url, stop.signal);
        extras.push(() => vite.end(VITE_GRACE_MS), reloadOnChange(server.runners, say));
      } catch (error) {
        await server.end();
        throw error;
      }
      url = `http://127.0.0.1:${port}`;
    }
  } catch (error) {
    if (stop.signal.aborted) {
      console.log("Stopped.");
      return 0;
    }
    return refuse(error instanceof Error ? error.message : String(error));
  }
  const { email, password, api_key } = server.demo;
  const file: ServerFile = { url, api_key, email, password, pid: process.pid };
  writeServerFile(file);
  console.log(banner(file, options, (performance.now() - begun) / 1000));

  if (runners > 0) void fillCatalog(server.publishers, stop.signal, say);

  const failure = await Promise.race([server.failed, aborted(stop.signal)]);
  removeServerFile();
  if (failure) console.error(`\n✗ ${failure}\n`);
  console.log("\nStopping: the runner releases its leases, then the Worker exits ...");
  await Promise.all(extras.map((end) => end()));
  await server.end();
  console.log("Stopped.");
  return failure ? 1 : 0;
}

/** What the seeds need a runner for, while the server is already in use. */
async function fillCatalog(publishers: Publishers, signal: AbortSignal, say: (line: string) => void) {
  const covers = await coverMixes(publishers, signal);
  if (covers > 0) say(`Generated the covers of ${covers} mixes`);
  const guides = await guideSeeds(publishers, signal);
  if (guides > 0) say(`Generated the strength guides of ${guides} adapters`);
}

/** The options, an error message, or null if help was requested. */
function readOptions(): Options | string | null {
  const { values } = parseArgs({
    options: {
      runners: { type: "string", default: "1" },
      dev: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return null;
  }
  const runners = Number(values.runners);
  const port = Number(process.env.PORT ?? "8787");
  if (!Number.isInteger(runners) || runners < 0 || runners > RUNNERS_MAX) {
    return `--runners is ${values.runners}; it must be a whole number from 0 to ${RUNNERS_MAX}.`;
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_534) {
    return `PORT is ${process.env.PORT}; it must be a number from 1 to 65534.`;
  }
  return { runners, port, dev: values.dev };
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

function banner({ url, email, password, api_key }: ServerFile, { runners, dev }: Options, seconds: number) {
  return `
  Orthoplex is running (ready in ${seconds.toFixed(1)} s)${dev ? ", reloading what changes" : ""}:

      ${url}

  sign in     ${email}   ${password}
  API key     ${api_key}
  runners     ${runners}, logs in .local/logs
  stop        Ctrl-C
`;
}
