// What the tests of mixes share: two people with adapters, and composing, publishing and reading through HTTP, as a person does.

import { env } from "cloudflare:workers";
import type { Adapter, Composition, Mix, MixWithVersions, Version } from "../../../schema/contract/index.ts";
import { ask, LICENCE, type Person, person, published } from "../cast.ts";

export let ada: Person;
export let bob: Person;
export let eve: Version;
export let dog: Version;

/** Each file begins on an empty database. */
export async function begin(): Promise<void> {
  ada = await person("Ada");
  bob = await person("Bob");
  eve = await published(ada, "eve");
  await published(ada, "cat", { licence: { ...LICENCE, commercial_use: false } });
  dog = await published(bob, "dog");
  await published(ada, "secret", { visibility: "private" });
  await published(ada, "quiet", { visibility: "unlisted" });
}

export const compose = (by: Person, refs: readonly string[], more: Record<string, unknown> = {}) =>
  by.must<Composition>("POST", "/v1/compositions", { members: refs.map((ref) => ({ ref })), ...more });

export const publish = (by: Person, compositionId: string, input: Record<string, unknown>) =>
  by.ask<MixWithVersions>("POST", `/v1/compositions/${compositionId}/publish`, input);

/** A published mix of these adapters. */
export async function mixOf(
  by: Person,
  name: string,
  refs: readonly string[],
  more: Record<string, unknown> = {},
): Promise<MixWithVersions> {
  const { id } = await compose(by, refs);
  return by.must<MixWithVersions>("POST", `/v1/compositions/${id}/publish`, { name, ...more });
}

/** ada/party: of three adapters at first, of Bob's dog alone in its second version. */
export async function partyOf(by: Person): Promise<void> {
  const { id } = await compose(by, ["ada/eve", "bob/dog", "ada/cat"], { title: "Party", prompt: "<eve>" });
  await by.must("POST", `/v1/compositions/${id}/publish`, { name: "party", changelog: "First" });
  await mixOf(by, "party", ["bob/dog"]);
}

export const get = (ref: string, query = "") => ask<MixWithVersions>("GET", `/v1/mixes/${ref}${query}`);
export const list = async (query: string, by?: Person) => {
  const path = `/v1/mixes?${query}`;
  const reply = await (by
    ? by.ask<{ items: Mix[]; next_cursor: string | null }>("GET", path)
    : ask<{ items: Mix[]; next_cursor: string | null }>("GET", path));
  return reply.body;
};
export const names = async (query: string, by?: Person) =>
  (await list(query, by)).items.map(({ name }) => name);
export const adapterOf = async (ref: string) => (await ask<Adapter>("GET", `/v1/adapters/${ref}`)).body;
export const notesOf = async (handle: string, kind: string) => {
  const rows = await env.DB.prepare(
    "SELECT n.data FROM notifications n JOIN users u ON u.id = n.user_id WHERE u.handle = ? AND n.kind = ? ORDER BY n.created_at, n.id",
  )
    .bind(handle, kind)
    .all<{ data: string }>();
  return rows.results.map(({ data }) => JSON.parse(data));
};
