// One chaos run: orders, faults by a seeded chance until every order is in and the faults have had their time, then peace until all has
// ended, then what must hold.

import { setTimeout as pause } from "node:timers/promises";
import { Api } from "../client.ts";
import type { Home } from "../local/paths.ts";
import { seedCatalog } from "../local/seed.ts";
import { type Dice, diceOf } from "./dice.ts";
import { House, Runner } from "./house.ts";
import { Owner } from "./owner.ts";
import { startProxy, type Wire } from "./proxy.ts";
import type { Violation } from "./rules.ts";
import { type Ends, readStored } from "./stored.ts";

export type Scale = {
  jobs: number;
  runners: number;
  seed: number;
  /** Between two orders, and between two harms, on average. */
  orderEveryMs: number;
  harmEveryMs: number;
  /** Faults go on for so long after the last order. */
  aftermathMs: number;
  /** How long a frozen runner stays frozen: beyond its lease, unless the clock jumps. */
  frozenMs: [least: number, most: number];
  /** In peace the clock runs fast, so that leases and pauses end sooner. */
  hurries: boolean;
  /** With adapters from the seeded catalog. */
  seeded: boolean;
};
export type Story = {
  jobs: Ends;
  runs: Ends;
  harm: Record<string, number>;
  wire: Record<string, number>;
  putsFailed: number;
  minutes: number;
  violations: Violation[];
};

const HARMS = {
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
const HURRY_MS = 10_000;
const PATIENCE_MS = 8 * 60_000;
const HOUR_MS = 3_600_000;
/** More than any clock was off, and the hour that outputs of lost runs are kept. */
const TIDY_HOURS = 4;

type Stage = {
  scale: Scale;
  dice: Dice;
  /** Apart, so that what is harmed does not hang on what is ordered meanwhile. */
  harmDice: Dice;
  house: House;
  runners: Runner[];
  proxy: Wire;
  harm: Record<string, number>;
  skewMs: number;
  putsFailed: number;
};

export async function runChaos(home: Home, scale: Scale, say: (line: string) => void): Promise<Story> {
  const begun = performance.now();
  const { house, demo, operator } = await House.open(home);
  const proxy = await startProxy(house.url, scale.seed + 1);
  const owner = new Owner(house.url, demo.api_key);
  const stage: Stage = {
    ...{ scale, house, proxy, dice: diceOf(scale.seed), harmDice: diceOf(scale.seed + 2), runners: [] },
    ...{ harm: {}, skewMs: 0, putsFailed: 0 },
  };
  let seen: Violation[];
  try {
    if (scale.seeded) await seedCatalog(Api.withKey(house.url, operator.api_key), operator.handle);
    await owner.listen();
    for (let i = 0; i < scale.runners; i++) {
      stage.runners.push(new Runner(home, proxy.url, operator.api_key, i + 1));
    }
    say("The Worker and its runners are up; faults begin");
    const adapter = scale.seeded ? `${operator.handle}/dalia` : null;
    let isPeace = false;
    const harming = harmUntil(stage, () => isPeace);
    await orderAll(stage, owner, adapter, say);
    await pause(scale.aftermathMs);
    isPeace = true;
    await harming;
    await makePeace(stage);
    say("Peace: what is left comes to its end");
    await untilEnded(stage, owner);
    await tidyUp(stage, owner);
    seen = await owner.violations();
  } finally {
    await Promise.all(stage.runners.map((runner) => runner.leave()));
    proxy.end();
    owner.leave();
    await house.close();
  }
  const { jobs, runs, violations } = await readStored(home, owner.jobs);
  return {
    ...{ jobs, runs, harm: stage.harm, wire: proxy.suffered, putsFailed: stage.putsFailed },
    ...{ minutes: (performance.now() - begun) / 60_000, violations: [...seen, ...violations] },
  };
}

/** Orders overlap: a Worker that is away holds up those that were sent, not those that come. */
async function orderAll(
  { scale, dice }: Stage,
  owner: Owner,
  adapter: string | null,
  say: (line: string) => void,
) {
  const sent: Promise<unknown>[] = [];
  for (let i = 0; i < scale.jobs; i++) {
    const wish = { count: dice.next() < 0.2 ? 2 : 1, steps: 1, adapter: dice.next() < 0.4 ? adapter : null };
    const cancelsIn = dice.next() < CANCELED_SHARE ? dice.between(0, 8_000) : null;
    sent.push(
      owner.order(i, wish).then(async (id) => {
        if (cancelsIn === null) return;
        await pause(cancelsIn);
        await owner.cancel(id);
      }),
    );
    await pause(dice.between(0, 2 * scale.orderEveryMs));
    if ((i + 1) % 25 === 0) say(`${i + 1} orders sent`);
  }
  await Promise.all(sent);
}

async function harmUntil(stage: Stage, isPeace: () => boolean): Promise<void> {
  const { scale, harmDice: dice } = stage;
  while (!stage.proxy.isInUse && !isPeace()) await pause(POLL_MS / 10);
  let cronAt = performance.now() + CRON_MS;
  while (!isPeace()) {
    await pause(dice.between(0.3, 1.7) * scale.harmEveryMs);
    if (isPeace()) return;
    const harm = dice.fall(HARMS);
    if (harm !== null) {
      stage.harm[harm] = (stage.harm[harm] ?? 0) + 1;
      await doHarm(stage, harm);
    }
    if (performance.now() > cronAt) {
      await cron(stage, Date.now() + stage.skewMs);
      cronAt = performance.now() + CRON_MS;
    }
  }
}

async function doHarm(stage: Stage, harm: keyof typeof HARMS): Promise<void> {
  const { harmDice: dice, house, runners, scale } = stage;
  const runner = runners[Math.floor(dice.next() * runners.length)] as Runner;
  switch (harm) {
    case "runner_killed":
      return runner.kill();
    case "runner_frozen":
      if (runner.isFrozen) return;
      runner.freeze();
      setTimeout(() => runner.isFrozen && runner.thaw(), dice.between(...scale.frozenMs)).unref();
      return;
    case "worker_killed":
    case "worker_restarted":
      // Its new clock is right, so that one that ran ahead falls back.
      stage.skewMs = 0;
      return house.restart(harm === "worker_killed");
    case "clock_ahead":
      stage.skewMs += AHEAD_MS[Math.floor(dice.next() * AHEAD_MS.length)] ?? 0;
      await house.handle({ skew_ms: stage.skewMs });
      return;
    case "clock_back":
      stage.skewMs -= 45_000;
      await house.handle({ skew_ms: stage.skewMs });
      return;
    case "puts_failing": {
      await house.handle({ puts_failing: PUTS_FAILING });
      await pause(PUTS_FAIL_MS);
      const told = await house.handle({ puts_failing: 0 });
      // Counted since the Worker's start.
      stage.putsFailed = Math.max(stage.putsFailed, told?.puts_failed ?? 0);
    }
  }
}

const cron = ({ house }: Stage, at: number) => house.handle({ cron_at: Math.floor(at) });

async function makePeace(stage: Stage): Promise<void> {
  stage.proxy.faulty = false;
  await stage.house.handle({ puts_failing: 0 });
  for (const runner of stage.runners) if (runner.isFrozen) runner.thaw();
}

async function untilEnded(stage: Stage, owner: Owner): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while ((await owner.open()) > 0 && performance.now() < deadline) {
    await pause(POLL_MS);
    if (stage.scale.hurries) {
      stage.skewMs += HURRY_MS;
      await stage.house.handle({ skew_ms: stage.skewMs });
    }
    await cron(stage, Date.now() + stage.skewMs);
  }
}

/** What queues lost is sent again, and what lost runs left is cleared away: cron, a full hour at a time. */
async function tidyUp(stage: Stage, owner: Owner): Promise<void> {
  const nextHour = Math.ceil((Date.now() + stage.skewMs) / HOUR_MS) * HOUR_MS;
  for (let i = 0; i < TIDY_HOURS; i++) await cron(stage, nextHour + i * HOUR_MS);
  const deadline = performance.now() + 30_000;
  while (owner.heard.size < owner.jobs.length && performance.now() < deadline) await pause(POLL_MS);
}
