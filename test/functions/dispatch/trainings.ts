// Trainings for tests about what waits for them: ordered through the API, and ended by a runner as a test asks.

import type { Lease, Training } from "../../../schema/contract/index.ts";
import { adapterFile, adapterInput, customerAndRunner, type Machine, type Person, png } from "../cast.ts";

export async function trainingImages(by: Person): Promise<{ upload_id: string }[]> {
  const images = [];
  for (let i = 0; i < 4; i++) {
    images.push({ upload_id: await by.upload("training_image", await png(64, 64, i), "image/png") });
  }
  return images;
}

/** Ada, a runner that serves everybody, and Ada's pictures. */
export async function trainerAndRunner(): Promise<[Person, Machine, { upload_id: string }[]]> {
  const [ada, machine] = await customerAndRunner();
  return [ada, machine, await trainingImages(ada)];
}

export const orderTraining = (
  by: Person,
  name: string,
  images: readonly { upload_id: string }[],
  more = {},
) => by.must<Training>("POST", "/v1/trainings", { adapter: adapterInput(name), images, steps: 60, ...more });

/** Settles a training with a file of its slot. */
export async function deliverAdapter(machine: Machine, lease: Lease) {
  if (lease.kind !== "train") throw new Error("Not a training");
  const file = await adapterFile(lease.spec.slot, lease.spec.trigger);
  const output = await machine.deliver(
    lease.lease_id,
    { name: "adapter.safetensors", role: "adapter" },
    file,
  );
  return machine.on<{ status: string }>(lease.lease_id, "settle", {
    outcome: "succeeded",
    outputs: [output],
  });
}

export const giveUp = (machine: Machine, lease: Lease, retryable = false) =>
  machine.on<{ status: string }>(lease.lease_id, "settle", {
    outcome: "failed",
    error: { code: "training_diverged", message: "It did not learn.", retryable },
  });
