// One chaos run: sends requests and injects faults by a seeded random generator, then stops the faults, waits until every job has ended,
// and checks the invariants.

import { setTimeout as pause } from "node:timers/promises";
import { Orthoplex } from "../../schema/client/index.ts";
import type { Home } from "../local/paths.ts";
import { seedCatalog } from "../local/seed.ts";
import { ChaosClient } from "./client.ts";
import { poisonedPrompt } from "./poison.ts";
import { startProxy, type Wire } from "./proxy.ts";
import { type Random, seededRandom } from "./random.ts";
import type { Violation } from "./rules.ts";
import { Runner, Service } from "./service.ts";
import { type Ends, readStored } from "./stored.ts";

export type Scale = {
  jobs: number;
  runners: number;
  seed: number;
  /** Mean time between two requests, and between two faults. */
  orderEveryMs: number;
  faultEveryMs: number;
  /** How long faults continue after the last request. */
  faultsAfterMs: number;
  /** How long a frozen runner stays frozen: longer than its lease, unless the clock jumps. */
  frozenMs: [least: number, most: number];
  /** After the faults the clock runs fast, so that leases and retry delays end sooner. */
  clockIsFast: boolean;
  /** Every so manyth job is one that no runner can finish. */
  poisonEvery: number;
  /** Uses adapters of the seeded catalog. */
  seeded: boolean;
};
export type Summary = {
  jobs: Ends;
  runs: Ends;
  injected: Record<string, number>;
  wire: Record<string, number>;
  putsFailed: number;
  minutes: number;
  violations: Violation[];
};

const FAULTS = {
  runner_killed: 0.52,
  runner_frozen: 0.14,
  worker_killed: 0.07,
  worker_restarted: 0.05,
  clock_ahead: 0.1,
  clock_back: 0.06,
  puts_failing: 0.06,
} as const;
const PUTS_FAILING = 0.5;
const PUTS_FAIL_MS = 4_000;
const AHEAD_MS = [20_000, 75_000, 30 * 60_000];
const CANCELED_SHARE = 0.06;
const CRON_MS = 10_000;
const POLL_MS = 1_000;
const FAST_CLOCK_MS = 10_000;
const DEADLINE_MS = 8 * 60_000;
const HOUR_MS = 3_600_000;
/** More than the largest clock offset plus the hour for which outputs of expired runs are kept. */
const TIDY_HOURS = 4;

type Stage = {
  scale: Scale;
  random: Random;
  /** Its own generator, so that the faults do not depend on the requests. */
  faultRandom: Random;
  service: Service;
  runners: Runner[];
  proxy: Wire;
  injected: Record<string, number>;
  skewMs: number;
  putsFailed: number;
};

export async function runChaos(home: Home, scale: Scale, say: (line: string) => void): Promise<Summary> {
  const begun = performance.now();
  const { service, demo, operator } = await Service.open(home);
  const proxy = await startProxy(service.url, scale.seed + 1);
  const owner = new ChaosClient(service.url, demo.api_key);
  const stage: Stage = {
    ...{
      scale,
      service,
      proxy,
      random: seededRandom(scale.seed),
      faultRandom: seededRandom(scale.seed + 2),
      runners: [],
    },
    ...{ injected: {}, skewMs: 0, putsFailed: 0 },
  };
  let seen: Violation[];
  try {
    if (scale.seeded)
      await seedCatalog([
        { api: new Orthoplex({ url: service.url, key: operator.api_key }), handle: operator.handle },
      ]);
    await owner.listen();
    for (let i = 0; i < scale.runners; i++) {
      stage.runners.push(new Runner(home, proxy.url, operator.api_key, i + 1));
    }
    say("The Worker and its runners are up; faults begin");
    const adapter = scale.seeded ? `${operator.handle}/dalia` : null;
    let isCalm = false;
    const injecting = injectUntil(stage, () => isCalm);
    await orderAll(stage, owner, adapter, say);
    await pause(scale.faultsAfterMs);
    isCalm = true;
    await injecting;
    await stopFaults(stage);
    say("Peace: what is left comes to its end");
    await untilEnded(stage, owner);
    await tidyUp(stage, owner);
    seen = await owner.violations();
  } finally {
    await Promise.all(stage.runners.map((runner) => runner.stop()));
    proxy.end();
    owner.stop();
    await service.close();
  }
  const { jobs, runs, violations } = await readStored(home, owner.jobs);
  return {
    ...{ jobs, runs, injected: stage.injected, wire: proxy.faults, putsFailed: stage.putsFailed },
    ...{ minutes: (performance.now() - begun) / 60_000, violations: [...seen, ...violations] },
  };
}

/** Requests overlap: while the Worker is down, pending requests wait but new ones are still sent. */
async function orderAll(
  { scale, random }: Stage,
  owner: ChaosClient,
  adapter: string | null,
  say: (line: string) => void,
) {
  const sent: Promise<unknown>[] = [];
  for (let i = 0; i < scale.jobs; i++) {
    const order = {
      count: random.next() < 0.2 ? 2 : 1,
      steps: 1,
      adapter: random.next() < 0.4 ? adapter : null,
      prompt: poisonedPrompt(i, scale.poisonEvery) ?? "a person",
    };
    const cancelsIn = random.next() < CANCELED_SHARE ? random.between(0, 8_000) : null;
    sent.push(
      owner.order(i, order).then(async (id) => {
        if (cancelsIn === null) return;
        await pause(cancelsIn);
        await owner.cancel(id);
      }),
    );
    await pause(random.between(0, 2 * scale.orderEveryMs));
    if ((i + 1) % 25 === 0) say(`${i + 1} orders sent`);
  }
  await Promise.all(sent);
}

async function injectUntil(stage: Stage, isCalm: () => boolean): Promise<void> {
  const { scale, faultRandom: random } = stage;
  while (!stage.proxy.isInUse && !isCalm()) await pause(POLL_MS / 10);
  let cronAt = performance.now() + CRON_MS;
  while (!isCalm()) {
    await pause(random.between(0.3, 1.7) * scale.faultEveryMs);
    if (isCalm()) return;
    const fault = random.choose(FAULTS);
    if (fault !== null) {
      stage.injected[fault] = (stage.injected[fault] ?? 0) + 1;
      await inject(stage, fault);
    }
    if (performance.now() > cronAt) {
      await cron(stage, Date.now() + stage.skewMs);
      cronAt = performance.now() + CRON_MS;
    }
  }
}

async function inject(stage: Stage, fault: keyof typeof FAULTS): Promise<void> {
  const { faultRandom: random, service, runners, scale } = stage;
  const runner = runners[Math.floor(random.next() * runners.length)] as Runner;
  switch (fault) {
    case "runner_killed":
      return runner.kill();
    case "runner_frozen":
      if (runner.isFrozen) return;
      runner.freeze();
      setTimeout(() => runner.isFrozen && runner.thaw(), random.between(...scale.frozenMs)).unref();
      return;
    case "worker_killed":
    case "worker_restarted":
      // The restarted Worker has no clock offset, so a clock that was ahead jumps back.
      stage.skewMs = 0;
      return service.restart(fault === "worker_killed");
    case "clock_ahead":
      stage.skewMs += AHEAD_MS[Math.floor(random.next() * AHEAD_MS.length)] ?? 0;
      await service.handle({ skew_ms: stage.skewMs });
      return;
    case "clock_back":
      stage.skewMs -= 45_000;
      await service.handle({ skew_ms: stage.skewMs });
      return;
    case "puts_failing": {
      await service.handle({ puts_failing: PUTS_FAILING });
      await pause(PUTS_FAIL_MS);
      const state = await service.handle({ puts_failing: 0 });
      // Counted since the Worker's start.
      stage.putsFailed = Math.max(stage.putsFailed, state?.puts_failed ?? 0);
    }
  }
}

const cron = ({ service }: Stage, at: number) => service.handle({ cron_at: Math.floor(at) });

async function stopFaults(stage: Stage): Promise<void> {
  stage.proxy.faulty = false;
  await stage.service.handle({ puts_failing: 0 });
  for (const runner of stage.runners) if (runner.isFrozen) runner.thaw();
}

async function untilEnded(stage: Stage, owner: ChaosClient): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while ((await owner.open()) > 0 && performance.now() < deadline) {
    await pause(POLL_MS);
    if (stage.scale.clockIsFast) {
      stage.skewMs += FAST_CLOCK_MS;
      await stage.service.handle({ skew_ms: stage.skewMs });
    }
    await cron(stage, Date.now() + stage.skewMs);
  }
}

/** Runs cron several times, one hour apart: it sends lost queue messages again and deletes outputs of expired runs. */
async function tidyUp(stage: Stage, owner: ChaosClient): Promise<void> {
  const nextHour = Math.ceil((Date.now() + stage.skewMs) / HOUR_MS) * HOUR_MS;
  for (let i = 0; i < TIDY_HOURS; i++) await cron(stage, nextHour + i * HOUR_MS);
  const deadline = performance.now() + 30_000;
  while (owner.received.size < owner.jobs.length && performance.now() < deadline) await pause(POLL_MS);
}
