// Who may call the routes of shared pictures.

import { Machine, published } from "../cast.ts";
import { drawn, mustShare } from "../compose/picture-cast.ts";
import type { Entry, World } from "./entry.ts";

let machine: Promise<Machine> | undefined;
let adapter: Promise<string> | undefined;

/** A picture of the owner's that the service's runner drew. */
async function pictureOf({ owner, operator }: World): Promise<string> {
  machine ??= Machine.register(operator);
  adapter ??= published(owner, "pictured").then(() => `${owner.handle}/pictured`);
  return drawn(owner, await machine, [await adapter]);
}

const shared = async (world: World) => (await mustShare(world.owner, await pictureOf(world))).id;

export const pictures: Entry[] = [
  { route: "GET /v1/pictures", right: "anyone", call: () => ({ path: "/v1/pictures?limit=2" }) },
  {
    route: "POST /v1/pictures",
    right: "caller",
    scope: "publish",
    call: async (world) => ({ path: "/v1/pictures", body: { image_id: await pictureOf(world) } }),
  },
  {
    route: "GET /v1/pictures/{picture}",
    right: "anyone",
    call: async (world) => ({ path: `/v1/pictures/${await shared(world)}` }),
  },
  {
    route: "DELETE /v1/pictures/{picture}",
    right: "owner",
    scope: "publish",
    call: async (world) => ({ path: `/v1/pictures/${await shared(world)}` }),
  },
  {
    route: "GET /v1/pictures/{picture}/like",
    right: "anyone",
    call: async (world) => ({ path: `/v1/pictures/${await shared(world)}/like` }),
  },
  ...(["PUT", "DELETE"] as const).map(
    (method): Entry => ({
      route: `${method} /v1/pictures/{picture}/like`,
      right: "caller",
      scope: "publish",
      call: async (world) => ({ path: `/v1/pictures/${await shared(world)}/like` }),
    }),
  ),
];
