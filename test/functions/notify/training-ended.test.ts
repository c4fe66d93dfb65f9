// Whoever ordered a training is notified of its end, once, whichever way it ended.

import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, expect, it } from "vitest";
import { sweep } from "../../../functions/dispatch/sweep.ts";
import type { NotificationPage } from "../../../schema/contract/index.ts";
import { JOB_DEADLINE_HOURS } from "../../../schema/contract/limits.ts";
import type { Machine, Person } from "../cast.ts";
import { deliverAdapter, giveUp, orderTraining, trainerAndRunner } from "../dispatch/trainings.ts";

let ada: Person;
let machine: Machine;
let images: { upload_id: string }[];
beforeAll(async () => {
  [ada, machine, images] = await trainerAndRunner();
});

const ends = async () =>
  (await ada.must<NotificationPage>("GET", "/v1/account/notifications")).items
    .filter(({ kind }) => kind === "training_ended")
    .map(({ data, target, actor }) => [data.training_id, data.status, target?.ref, actor]);

it("by a settle, by a failure and by its deadline", async () => {
  const first = await orderTraining(ada, "first", images);
  const [lease] = await machine.lease();
  if (!lease) throw new Error("No lease");
  expect(await ends()).toEqual([]);
  await deliverAdapter(machine, lease);
  expect(await ends()).toEqual([[first.id, "succeeded", "ada/first", null]]);

  const second = await orderTraining(ada, "second", images);
  const [next] = await machine.lease();
  if (!next) throw new Error("No lease");
  await giveUp(machine, next);
  expect((await ends())[0]).toEqual([second.id, "failed", "ada/second", null]);

  const third = await orderTraining(ada, "third", images);
  await sweep(env, drizzle(env.DB), Date.now() + JOB_DEADLINE_HOURS * 3_600_000 + 1_000);
  expect((await ends())[0]).toEqual([third.id, "failed", "ada/third", null]);
  expect(await ends()).toHaveLength(3);
});

it("not where its owner canceled it", async () => {
  const { id } = await orderTraining(ada, "fourth", images);
  await ada.must("POST", `/v1/trainings/${id}/cancel`);
  expect((await ends()).map(([training]) => training)).not.toContain(id);
});
