// What the tests of shared pictures share: generating one as a person does, with a runner of the service, and sharing and listing it.

import type { Generation, Problem, SharedPicture } from "../../../schema/contract/index.ts";
import { LEASE_BATCH_MAX } from "../../../schema/contract/limits.ts";
import { ask, type Machine, type Page, type Person, png } from "../cast.ts";

let shade = 0;

/** The id of a finished picture with these adapters. `again`: its bytes are those of the one before. */
export async function drawn(
  by: Person,
  machine: Machine,
  refs: readonly string[],
  { again, ...more }: Record<string, unknown> & { again?: boolean } = {},
): Promise<string> {
  const order = await by.must<Generation>("POST", "/v1/generations", {
    adapters: refs.map((ref) => ({ ref })),
    base: "cast-3",
    prompt: "somebody smiling",
    size: "256x256",
    ...more,
  });
  const leaseId = await leaseOf(order.id, machine);
  if (!again) shade = (shade + 1) % 256;
  const [width = 0, height = 0] = order.request.size.split("x").map(Number);
  const meta = { width, height, recipe: {} };
  const named = { name: "0.png", role: "image", meta };
  const outputs = [await machine.deliver(leaseId, named, await png(width, height, shade))];
  const settled = await machine.on(leaseId, "settle", { outcome: "succeeded", outputs });
  if (settled.status !== 200) throw new Error(JSON.stringify(settled.body));
  const { result } = await by.must<Generation>("GET", `/v1/generations/${order.id}`);
  const [image] = result?.images ?? [];
  if (!image) throw new Error(`${order.id} has no picture`);
  return image.id;
}

/** Jobs of others that wait before it come along, and stay with the machine. */
async function leaseOf(job: string, machine: Machine): Promise<string> {
  for (;;) {
    const leases = await machine.lease(LEASE_BATCH_MAX);
    const found = leases.find(({ job_id }) => job_id === job);
    if (found) return found.lease_id;
    if (leases.length === 0) throw new Error(`No lease of ${job}`);
  }
}

export const share = (by: Person, image_id: string, more: Record<string, unknown> = {}) =>
  by.ask<SharedPicture & Problem>("POST", "/v1/pictures", { image_id, ...more });

export async function mustShare(
  by: Person,
  image_id: string,
  more: Record<string, unknown> = {},
): Promise<SharedPicture> {
  return by.must<SharedPicture>("POST", "/v1/pictures", { image_id, ...more });
}

export async function listed(query = "", by?: Person): Promise<SharedPicture[]> {
  const path = `/v1/pictures?limit=100${query && `&${query}`}`;
  const reply = await (by ? by.ask<Page<SharedPicture>>("GET", path) : ask<Page<SharedPicture>>("GET", path));
  return reply.body.items;
}

export const idsOf = async (query = "", by?: Person) => (await listed(query, by)).map(({ id }) => id);
