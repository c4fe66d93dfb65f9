// One play: owners order and cancel, runners work, cron comes by, the clock jumps, and everything fails now and then by a seeded chance.
// In the second act nothing fails any more, and what is left comes to its end.

import { vi } from "vitest";
import type { Env } from "../../../../functions/env.ts";
import { JOB_DEADLINE_HOURS } from "../../../../schema/contract/limits.ts";
import { randomOf } from "../../../../scripts/chaos/random.ts";
import type { Person } from "../../cast.ts";
import { FaultyRunner, type Play, type RunnerFault, type RunnerReply } from "./faulty-runner.ts";
import { Service } from "./service.ts";
import { Stage } from "./stage.ts";

export type Scale = { jobs: number; runners: number; seed: number };
export type Cast = { owners: readonly Person[]; operator: Person; adapter: string };
export type Ordered = { owner: Person; idempotencyKey: string; jobId: string };
export type Outcome = {
  ordered: Ordered[];
  replies: RunnerReply[];
  unexpectedErrors: string[];
  lateRefused: number;
  suffered: Record<string, number>;
  virtualMinutes: number;
};

const ARRIVAL_MS = 20_000;
const CANCELED_SHARE = 0.12;
const RETRY_MS = 4_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const JUMPS_MS = [90_000, 10 * MINUTE_MS, 70 * MINUTE_MS, -30_000, -20 * MINUTE_MS, -2 * HOUR_MS];
const JUMP_EVERY_MS = 4 * MINUTE_MS;
const JUMPS = 0.6;
/** From the last order on faults go on for so long. */
const AFTERMATH_MS = 3 * MINUTE_MS;
/** What is not done by then never will be. */
const CLIENT_TIMEOUT_MS = (JOB_DEADLINE_HOURS + 4) * HOUR_MS;
/** More than the clock is ever set back, and an hour. */
const TIDY_HOURS = 12;

export async function playOut(env: Env, cast: Cast, scale: Scale): Promise<Outcome> {
  const random = randomOf(scale.seed);
  const begun = Date.now();
  const stage = new Stage(begun);
  const service = new Service(env, stage, random);
  const ordered: Ordered[] = [];
  const replies: RunnerReply[] = [];
  const runnerFaults = new Map<RunnerFault, number>();
  let [over, shades, virtualMinutes] = [false, 0, 0];
  const play: Play = {
    service,
    stage,
    random,
    isOver: () => over,
    replies,
    runnerFaults,
    shade: () => ++shades,
  };
  const lastOrder = scale.jobs * ARRIVAL_MS;

  async function order(number: number): Promise<void> {
    const owner = cast.owners[number % cast.owners.length] as Person;
    const idempotencyKey = `order-${scale.seed}-${number}`;
    const adapters = random() < 0.5 ? [{ ref: cast.adapter }] : [];
    const body = {
      ...{ base: "cast-3", prompt: "a person", count: 1 + Math.floor(random() * 3), adapters },
      ...(random() < 0.3 && { webhook: { url: `http://127.0.0.1:9/${number}` } }),
    };
    const headers = { "idempotency-key": idempotencyKey };
    for (;;) {
      const answer = await service.send({
        method: "POST",
        path: "/v1/generations",
        key: owner.key,
        body,
        headers,
      });
      // 200 where an earlier attempt made the job and it has ended meanwhile.
      if (answer?.status === 202 || answer?.status === 200) {
        const jobId = String(answer.body.id);
        ordered.push({ owner, idempotencyKey, jobId });
        if (random() < CANCELED_SHARE) stage.enter(() => cancel(owner, jobId), random() * 90_000);
        return;
      }
      // In flight: the first answer was lost, and is kept for whoever asks again.
      const mayPass = answer === null || answer.status === 409 || answer.status >= 500;
      if (!mayPass) throw new Error(`An order was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
      await stage.sleep(RETRY_MS * (0.5 + random()));
    }
  }

  async function cancel(owner: Person, jobId: string): Promise<void> {
    await service.send({ method: "POST", path: `/v1/generations/${jobId}/cancel`, key: owner.key, body: {} });
  }

  async function runCron(): Promise<void> {
    while (!over) {
      await stage.sleep(MINUTE_MS);
      await service.cron();
      if (stage.now - begun > lastOrder + AFTERMATH_MS) service.faulty = false;
      const isPastTimeout = stage.now - begun > lastOrder + CLIENT_TIMEOUT_MS;
      over = (!service.faulty && ordered.length === scale.jobs && !(await isAnyOpen(env))) || isPastTimeout;
    }
  }

  async function moveClock(): Promise<void> {
    while (service.faulty && !over) {
      await stage.sleep(JUMP_EVERY_MS * (0.5 + random()));
      if (!service.faulty || random() >= JUMPS) continue;
      stage.skew += JUMPS_MS[Math.floor(random() * JUMPS_MS.length)] as number;
      service.note("clock_jumps");
    }
  }

  const giveClockBack = stage.takeClock();
  // Every fault leaves lines in the log; what fails without one is in `unexpectedErrors`.
  const quiet = (["log", "warn", "error"] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation(() => {}),
  );
  try {
    for (let i = 0; i < scale.jobs; i++) stage.enter(() => order(i), random() * lastOrder);
    for (let i = 0; i < scale.runners; i++) {
      stage.enter(() => new FaultyRunner(play, cast.operator.key).live(), i * 500);
    }
    stage.enter(runCron);
    stage.enter(moveClock);
    await stage.play();
    virtualMinutes = (stage.now - begun) / MINUTE_MS;
    await tidyUp(service, stage);
  } finally {
    giveClockBack();
    for (const spy of quiet) spy.mockRestore();
  }
  const suffered = Object.fromEntries([...service.suffered, ...runnerFaults]);
  const { unexpectedErrors, lateRefused } = service;
  return { ordered, replies, unexpectedErrors, lateRefused, suffered, virtualMinutes };
}

async function isAnyOpen(env: Env): Promise<boolean> {
  const found = await env.DB.prepare("SELECT 1 FROM jobs WHERE status IN ('queued', 'running')").first();
  return found !== null;
}

/** Cron at full hours, when it does everything that it does seldom, until what is older than its graces by any clock is gone. */
async function tidyUp(service: Service, stage: Stage): Promise<void> {
  stage.enter(async () => {
    await stage.sleep(HOUR_MS - ((stage.now + stage.skew) % HOUR_MS));
    for (let hours = 0; hours < TIDY_HOURS; hours++) {
      await service.cron();
      await stage.sleep(HOUR_MS);
    }
  });
  await stage.play();
}
