// What becomes of the trainings of an adapter that its owner withdraws.

import { expect, it } from "vitest";
import type { Training } from "../../../schema/contract/index.ts";
import { orderTraining, trainerAndRunner } from "./trainings.ts";

it("cancels the trainings of an adapter, waiting or running, when it is withdrawn, and no other", async () => {
  const [ada, machine, images] = await trainerAndRunner();
  const running = await orderTraining(ada, "taken-back", images);
  const [lease] = await machine.lease();
  expect(lease?.job_id).toBe(running.id);
  const ref = running.request.adapter;
  const waiting = await ada.must<Training>("POST", "/v1/trainings", { adapter_ref: ref, images, steps: 60 });
  const other = await orderTraining(ada, "kept", images);

  await ada.must("POST", `/v1/adapters/${ref}/withdraw`, { reason: "Not mine" });

  const beat = await machine.on<{ cancel: boolean }>(lease?.lease_id ?? "", "heartbeat", {});
  expect(beat.body.cancel).toBe(true);
  await machine.on(lease?.lease_id ?? "", "settle", { outcome: "canceled" });
  const statuses = await Promise.all(
    [running, waiting, other].map(
      async ({ id }) => (await ada.must<Training>("GET", `/v1/trainings/${id}`)).status,
    ),
  );
  expect(statuses).toEqual(["canceled", "canceled", "queued"]);
});
