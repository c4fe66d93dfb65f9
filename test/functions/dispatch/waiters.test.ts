// Which waiting runner is woken for a job, on a clock that the test moves.

import { beforeEach, expect, it } from "vitest";
import { Waiters } from "../../../functions/dispatch/waiters.ts";

type Timer = { at: number; act: () => void };

let now: number;
let timers: Timer[];
let waiters: Waiters;
let woken: string[];
beforeEach(() => {
  [now, timers, woken] = [0, [], []];
  const after = (milliseconds: number, act: () => void) => {
    const timer = { at: now + milliseconds, act };
    timers.push(timer);
    return () => {
      timers = timers.filter((each) => each !== timer);
    };
  };
  waiters = new Waiters({ now: () => now, after }, "epoch");
});

/** Runs what is due by that moment, in order, and lets promises settle. */
async function until(moment: number): Promise<void> {
  for (;;) {
    await Promise.resolve();
    const [next] = timers.filter(({ at }) => at <= moment).sort((a, b) => a.at - b.at);
    if (!next) break;
    timers = timers.filter((each) => each !== next);
    now = next.at;
    next.act();
  }
  now = moment;
  await Promise.resolve();
}

function wait(
  runnerId: string,
  { bases = ["a"], ownerId = null as string | null, milliseconds = 20_000 } = {},
) {
  const sleeping = sleep(waiters.version(), { runnerId, bases, ownerId }, { milliseconds });
  void sleeping.then((ring) => woken.push(`${runnerId}:${ring}`));
  return sleeping;
}

const sleep = (
  seen: string,
  serving = { runnerId: "r", bases: ["a"], ownerId: null as string | null },
  { milliseconds = 20_000, answered = null as number | null } = {},
) => waiters.sleep({ seen, serving, milliseconds, answered });

const job = (base = "a", ownerId = "ada", id = "job_1") => ({ job: id, base, ownerId });

it("wakes one runner for a job, the one that waits longest", async () => {
  for (const name of ["first", "second", "third"]) wait(name);
  waiters.ring([job()]);
  waiters.took(["job_1"]);
  await until(10_000);
  expect(woken).toEqual(["first:1"]);
  waiters.ring([job("a", "ada", "job_2"), job("a", "ada", "job_3")]);
  waiters.took(["job_2", "job_3"]);
  await until(11_000);
  expect(woken).toEqual(["first:1", "second:2", "third:3"]);
});

it("wakes only those that may have the job: by base and by owner", async () => {
  wait("other base", { bases: ["b"] });
  wait("other owner", { ownerId: "bob" });
  wait("own", { ownerId: "ada" });
  waiters.ring([job()]);
  await until(15_000);
  expect(woken).toEqual(["own:1"]);
});

it("wakes more and more while nobody takes the job, since the connection of a woken runner may be gone", async () => {
  for (let i = 0; i < 10; i++) wait(`r${i}`);
  waiters.ring([job()]);
  await until(100);
  expect(woken).toHaveLength(1);
  await until(250);
  expect(woken).toHaveLength(3);
  await until(450);
  expect(woken).toHaveLength(7);
  waiters.took(["job_1"]);
  await until(10_000);
  expect(woken).toHaveLength(7);
});

it("wakes for a job until that very job is taken, whatever else of its base is", async () => {
  for (let i = 0; i < 3; i++) wait(`r${i}`, { ownerId: "ada" });
  waiters.ring([job("a", "ada", "job_1")]);
  waiters.took(["job_of_bob"]);
  await until(250);
  expect(woken).toHaveLength(3);
});

it("stops once the woken runner says that it found nothing", async () => {
  const first = wait("first");
  wait("second");
  waiters.ring([job()]);
  const ring = await first;
  const serving = { runnerId: "first", bases: ["a"], ownerId: null };
  void sleep(waiters.version(), serving, { answered: ring });
  await until(10_000);
  expect(woken).toEqual(["first:1"]);
});

it("misses no ring between version and sleep, and gives such a ring to those who ask until it is taken", async () => {
  const seen = waiters.version();
  const serving = { runnerId: "r", bases: ["a"], ownerId: null };
  waiters.ring([job()]);
  expect(await sleep(seen, serving)).toBe(1);
  waiters.took(["job_1"]);
  void sleep(seen, serving).then(() => woken.push("late"));
  await until(19_000);
  expect(woken).toEqual([]);
});

it("lets a caller of an earlier start, or of long ago, look again at once", async () => {
  const serving = { runnerId: "r", bases: ["a"], ownerId: null };
  expect(await sleep("before.7", serving)).toBeNull();
  const seen = waiters.version();
  waiters.ring([job("b")]);
  now = 60_000;
  waiters.ring([job("b")]);
  expect(await sleep(seen, serving)).toBeNull();
});

it("rings for a paused job when its pause ends, and ends a sleep in time", async () => {
  wait("r", { milliseconds: 5_000 });
  wait("patient");
  waiters.ring([{ ...job(), inMilliseconds: 7_000 }]);
  await until(6_000);
  expect(woken).toEqual(["r:null"]);
  await until(7_000);
  expect(woken).toEqual(["r:null", "patient:1"]);
});

it("wakes one runner by its name", async () => {
  wait("first");
  wait("second");
  waiters.wakeRunner("second");
  await until(1_000);
  expect(woken).toEqual(["second:null"]);
});
