// Who may call the routes of compositions and mixes.

import { onTestFinished } from "vitest";
import type { Composition } from "../../../schema/contract/index.ts";
import { published } from "../cast.ts";
import { compose, mixOf } from "../compose/mix-cast.ts";
import { knowReserving, RESERVING } from "../compose/reserving-base.ts";
import type { Call, Entry, World } from "./entry.ts";

let count = 0;
const fresh = (prefix: string) => `${prefix}-${++count}`;

/** Of the owner: a published adapter, one for all entries. */
let adapter: Promise<string> | undefined;
function adapterOf({ owner }: World): Promise<string> {
  adapter ??= published(owner, "composed").then(({ ref }) => ref);
  return adapter;
}

/** Of the owner: a composition that nobody else may see. */
const ownComposition = async (world: World): Promise<Composition> =>
  compose(world.owner, [await adapterOf(world)]);

const compositionAt = async (world: World, rest = "", body?: unknown): Promise<Call> => ({
  path: `/v1/compositions/${(await ownComposition(world)).id}${rest}`,
  ...(body !== undefined && { body }),
});

/** Of a base whose adapters fit into one file of another tool. */
let reserving: Promise<string> | undefined;
async function downloadOfMerged({ owner }: World): Promise<Call> {
  reserving ??= (async () => {
    onTestFinished(await knowReserving());
    return (await published(owner, "merged", {}, RESERVING)).ref;
  })();
  const { id } = await compose(owner, [await reserving]);
  return { path: `/v1/compositions/${id}/download?format=kohya` };
}

async function mixAt(world: World, rest = "", body?: unknown): Promise<Call> {
  const { ref } = await mixOf(world.owner, fresh("mix"), [await adapterOf(world)]);
  return { path: `/v1/mixes/${ref}${rest}`, ...(body !== undefined && { body }) };
}

export const compositions: Entry[] = [
  {
    route: "POST /v1/compositions",
    right: "caller",
    scope: "generate",
    call: async (world) => ({
      path: "/v1/compositions",
      body: { members: [{ ref: await adapterOf(world) }] },
    }),
  },
  {
    route: "GET /v1/compositions/{composition}",
    right: "owner",
    scope: "read",
    call: (world) => compositionAt(world),
  },
  {
    route: "GET /v1/compositions/{composition}/download",
    right: "owner",
    scope: "read",
    call: downloadOfMerged,
  },
  {
    route: "POST /v1/compositions/{composition}/publish",
    right: "owner",
    scope: "publish",
    call: (world) => compositionAt(world, "/publish", { name: fresh("published") }),
  },
];

export const mixes: Entry[] = [
  { route: "GET /v1/mixes", right: "anyone", call: () => ({ path: "/v1/mixes?sort=most_used&limit=2" }) },
  { route: "GET /v1/mixes/{owner}/{name}", right: "anyone", call: (world) => mixAt(world) },
  { route: "GET /v1/mixes/{owner}/{name}/forks", right: "anyone", call: (world) => mixAt(world, "/forks") },
  {
    route: "POST /v1/mixes/{owner}/{name}/fork",
    right: "caller",
    scope: "publish",
    call: (world) => mixAt(world, "/fork", {}),
  },
  {
    route: "PATCH /v1/mixes/{owner}/{name}",
    right: "owner",
    scope: "publish",
    call: (world) => mixAt(world, "", { title: "Changed" }),
  },
  {
    route: "POST /v1/mixes/{owner}/{name}/withdraw",
    right: "owner",
    scope: "publish",
    call: (world) => mixAt(world, "/withdraw"),
  },
];
