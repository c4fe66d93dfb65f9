// An account that has used every feature once: for the tests of export and deletion.

import { env } from "cloudflare:workers";
import type { Account, Adapter, Generation, SharedPicture } from "../../../schema/contract/index.ts";
import { LEASE_BATCH_MAX } from "../../../schema/contract/limits.ts";
import { adapterInput, ask, type Machine, ORIGIN, type Person, person, png, published } from "../cast.ts";
import { mixOf } from "../compose/mix-cast.ts";

/** Words that only this person wrote, and that must be gone when they are. */
export const secretOf = (name: string) => `zanzibar${name.toLowerCase()}`;

export type FullAccount = { who: Person; id: string; email: string; headers: Record<string, string> };

/** `name` has drafts, published and private adapters, jobs in every state, pictures, and a place among people. */
export async function fullAccount(name: string, friend: Person, machine: Machine): Promise<FullAccount> {
  const secret = secretOf(name);
  const who = await person(name);
  const headers = { cookie: who.cookie, origin: ORIGIN };
  const { id, email } = await who.must<Account>("GET", "/v1/account");
  const shade = name.length * 7;
  const avatar_upload_id = await who.upload("avatar", await png(40, 40, shade), "image/png");
  await ask("PATCH", "/v1/account/profile", { headers, body: { bio: `Bio of ${secret}`, avatar_upload_id } });

  await published(who, "open", { description: secret });
  await published(who, "hidden", { description: secret, visibility: "private" });
  await who.must<Adapter>("POST", "/v1/adapters", adapterInput("draft", { description: secret }));
  await who.must("POST", `/v1/adapters/${who.handle}/draft/slot`, {});
  await who.upload("training_image", await png(64, 64, shade + 1), "image/png");
  await mixOf(who, "mixed", [`${who.handle}/open`], { description: secret });

  const generate = () => who.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: secret });
  const first = await leaseOf(machine, await generate());
  const meta = { width: 256, height: 256, recipe: { prompt: secret } };
  const output = await machine.deliver(
    first.lease_id,
    { name: "a.png", role: "image", meta },
    await png(256, 256, shade + 2),
  );
  await machine.on(first.lease_id, "settle", { outcome: "succeeded", outputs: [output], metrics: {} });
  const finished = await who.must<Generation>("GET", `/v1/generations/${first.job_id}`);
  const shared = await who.must<SharedPicture>("POST", "/v1/pictures", {
    image_id: finished.result?.images[0]?.id,
  });
  for (const each of [who, friend]) await each.must("PUT", `/v1/pictures/${shared.id}/like`);
  await leaseOf(machine, await generate());
  await generate();

  await published(friend, `for-${who.handle}`);
  const theirs = `/v1/adapters/${friend.handle}/for-${who.handle}`;
  await who.must("PUT", `${theirs}/like`);
  await who.must("POST", `${theirs}/comments`, { body: secret });
  await who.must("PUT", `/v1/users/${friend.handle}/follow`);
  await friend.must("PUT", `/v1/users/${who.handle}/follow`);
  await friend.must("PUT", `/v1/adapters/${who.handle}/open/like`);
  await who.must("POST", "/v1/collections", { name: "mine", title: secret });
  await who.must("POST", "/v1/webhooks", {
    url: "https://hooks.example.com/",
    events: ["generation.canceled"],
    description: secret,
  });
  await who.must("POST", "/v1/reports", {
    target: { kind: "user", handle: friend.handle },
    reason: "spam",
  });
  await ask("POST", "/v1/account/email", { headers, body: { email: `${secret}@example.com` } });
  await ask("POST", "/auth/request-password-reset", { body: { email } });
  await env.DB.prepare(
    `INSERT INTO passkeys (id, name, public_key, user_id, credential_id, counter, device_type, backed_up)
     VALUES (?1, 'p', 'k', ?2, ?1, 0, 'singleDevice', 0)`,
  )
    .bind(`passkey-${name}`, id)
    .run();
  return { who, id, email, headers };
}

/** The lease of this job; jobs of others that come along with it stay with the machine. */
async function leaseOf(machine: Machine, job: Generation) {
  const leases = await machine.lease(LEASE_BATCH_MAX);
  const found = leases.find(({ job_id }) => job_id === job.id);
  if (!found) throw new Error(`No lease of ${job.id}`);
  return found;
}
