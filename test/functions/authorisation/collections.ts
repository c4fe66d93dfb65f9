// Collections: who may call them.

import type { Collection } from "../../../schema/contract/index.ts";
import { published } from "../cast.ts";
import type { Entry, World } from "./entry.ts";

let made = 0;

async function collectionOf({ owner }: World): Promise<string> {
  const name = `gathered-${made++}`;
  const { ref } = await owner.must<Collection>("POST", "/v1/collections", { name, title: name });
  return ref;
}

/** The address of an adapter's place in a collection of the same owner. */
async function itemOf(world: World): Promise<string> {
  const ref = await collectionOf(world);
  const name = `gathered-${made++}`;
  await published(world.owner, name);
  return `/v1/collections/${ref}/items/${world.owner.handle}/${name}`;
}

const PATH = "/v1/collections/{owner}/{name}";

export const collections: Entry[] = [
  { route: "GET /v1/collections", right: "anyone", call: () => ({ path: "/v1/collections" }) },
  {
    route: "POST /v1/collections",
    right: "caller",
    scope: "publish",
    call: () => ({ path: "/v1/collections", body: { name: `gathered-${made++}`, title: "t" } }),
  },
  {
    route: `GET ${PATH}`,
    right: "anyone",
    call: async (world) => ({ path: `/v1/collections/${await collectionOf(world)}` }),
  },
  {
    route: `PATCH ${PATH}`,
    right: "owner",
    scope: "publish",
    call: async (world) => ({
      path: `/v1/collections/${await collectionOf(world)}`,
      body: { title: "other" },
    }),
  },
  {
    route: `DELETE ${PATH}`,
    right: "owner",
    scope: "publish",
    call: async (world) => ({ path: `/v1/collections/${await collectionOf(world)}` }),
  },
  {
    route: `GET ${PATH}/items`,
    right: "anyone",
    call: async (world) => ({ path: `/v1/collections/${await collectionOf(world)}/items` }),
  },
  {
    route: `PUT ${PATH}/items/{adapter_owner}/{adapter_name}`,
    right: "owner",
    scope: "publish",
    call: async (world) => ({ path: await itemOf(world), body: { note: "here" } }),
  },
  {
    route: `DELETE ${PATH}/items/{adapter_owner}/{adapter_name}`,
    right: "owner",
    scope: "publish",
    call: async (world) => {
      const path = await itemOf(world);
      await world.owner.must("PUT", path, {});
      return { path };
    },
  },
];
