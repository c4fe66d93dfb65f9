// One local server: site, Worker, accounts, seeded catalog, runners. Started in that order, stopped in reverse.

import { Orthoplex } from "../../schema/client/index.ts";
import { type Account, DEMO, ensureAccount, OPERATOR, STUDIOS } from "./accounts.ts";
import { type Child, setLogsAside, tailOf } from "./child.ts";
import { type Front, startFront } from "./front.ts";
import { migrate } from "./migrate.ts";
import type { Home } from "./paths.ts";
import { anyFreePort } from "./ports.ts";
import { type Runner, startRunner } from "./runners.ts";
import { workerEnvFile } from "./secrets.ts";
import { type Publishers, seedCasts, seedCatalog } from "./seed.ts";
import { buildSite } from "./site.ts";
import { startWorker, untilAnswering } from "./worker.ts";

/** wrangler needs time to stop workerd and to flush D1. */
const WORKER_GRACE_MS = 10_000;

export type ServerOptions = {
  home: Home;
  port: number;
  /** Ports whose requests are passed on to this one: Vite's. */
  servedToo?: readonly number[];
  runners: number;
  /** The Worker's settings beside OPERATOR_EMAILS, as wrangler.toml names them. */
  settings?: Record<string, string>;
  /** The Worker and the runners take up changes of their source. */
  reloads?: boolean;
  /** Clients may name the address that they come from: for tests of the limit of one address. */
  addressGiven?: boolean;
  /** Aborting cancels a start in progress; what was started is stopped. */
  signal: AbortSignal;
  /** Receives progress messages, one line each. */
  say: (line: string) => void;
  /** Shows what takes long, while it is done. */
  step?: StepRunner;
};

type StepRunner = <T>(
  title: { doing: string; done: string },
  work: (detail: (text: string) => void) => Promise<T>,
) => Promise<T>;

const silently: StepRunner = (_title, work) => work(() => {});

export type LocalServer = {
  url: string;
  demo: Account;
  operator: Account;
  runners: readonly Runner[];
  /** Who publishes the seeded catalog. */
  publishers: Publishers;
  /** Resolves with the reason when the Worker or a runner has crashed for good. Never resolves after `end`. */
  failed: Promise<string>;
  end(): Promise<void>;
};

function untilAborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(null), { once: true }));
}

export async function startServer({
  home,
  port,
  servedToo = [],
  runners,
  settings = {},
  reloads = false,
  addressGiven = false,
  signal,
  say,
  step = silently,
}: ServerOptions): Promise<LocalServer> {
  setLogsAside(home);
  const started: { worker?: Child; front?: Front; runners: Runner[] } = { runners: [] };
  let ending = false;
  const end = async () => {
    ending = true;
    await Promise.all(started.runners.map((runner) => runner.end()));
    started.front?.end();
    await started.worker?.end(WORKER_GRACE_MS);
  };
  try {
    await step({ doing: "Building the site", done: "Built the site" }, buildSite);
    signal.throwIfAborted();
    await step({ doing: "Preparing the database", done: "Prepared the database" }, () => migrate(home));
    signal.throwIfAborted();
    const envFile = workerEnvFile(home, {
      OPERATOR_EMAILS: OPERATOR.email,
      MODERATOR_EMAILS: OPERATOR.email,
      ...settings,
    });
    const behind = await step({ doing: "Starting the Worker", done: "Started the Worker" }, async () => {
      const worker = await startWorker(home, { port: await anyFreePort(), envFile, reloads });
      started.worker = worker.child;
      await untilAnswering(worker.url, worker.child, signal);
      return worker;
    });
    const { child } = behind;
    started.front = await startFront(port, { url: behind.url, addressGiven }, [port, ...servedToo]);
    const { url } = started.front;
    const operator = await ensureAccount(home, url, OPERATOR);
    const demo = await ensureAccount(home, url, DEMO);
    signal.throwIfAborted();
    for (let index = 0; index < runners; index += 1) {
      started.runners.push(
        startRunner(home, { url, token: operator.api_key, index, count: runners, reloads }),
      );
    }
    const studios: Account[] = [];
    for (const role of STUDIOS) studios.push(await ensureAccount(home, url, role));
    const publisherOf = ({ handle, api_key }: Account) => ({
      handle,
      api: new Orthoplex({ url, key: api_key }),
    });
    const publishers = [publisherOf(operator), ...studios.map(publisherOf)] as const;
    const leftOut = await step(
      { doing: "Filling the catalog", done: "Filled the catalog" },
      async (detail) => {
        const onEach = (done: number, all: number) => detail(`adapter ${done} of ${all}`);
        return [...(await seedCatalog(publishers, onEach)), ...(await seedCasts(publishers))];
      },
    );
    for (const reason of leftOut) say(`Left out the seed ${reason}`);
    signal.throwIfAborted();
    for (const runner of started.runners) {
      const known = await step(
        { doing: `Loading the ${runner.name}`, done: `Loaded the ${runner.name}` },
        () => Promise.race([runner.registered(), runner.failed, untilAborted(signal)]),
      );
      signal.throwIfAborted();
      if (typeof known === "string") throw new Error(known);
      if (!known) say(`The ${runner.name} is slow to start; jobs wait for it`);
    }
    const workerDied = child.ended.then(({ code, signal: by }) =>
      ending
        ? new Promise<string>(() => {})
        : `The Worker ended with ${by ?? `code ${code}`}. The end of ${child.logFile}:\n${tailOf(child.logFile, 15)}`,
    );
    return {
      url,
      demo,
      operator,
      runners: started.runners,
      publishers,
      end,
      failed: Promise.race([workerDied, ...started.runners.map(({ failed }) => failed)]),
    };
  } catch (error) {
    await end();
    throw error;
  }
}
