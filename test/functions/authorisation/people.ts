// Likes, follows, comments, notifications and remixes: who may call them.

import type { Comment } from "../../../schema/contract/index.ts";
import { db, published } from "../cast.ts";
import type { Entry, World } from "./entry.ts";

let made = 0;

/** A published adapter of the owner under a name that nothing else has. */
async function adapterOf({ owner }: World): Promise<string> {
  const name = `peopled-${made++}`;
  await published(owner, name);
  return `${owner.handle}/${name}`;
}

/** A mix, as far as likes and comments are concerned with it. */
async function mixOf({ owner }: World): Promise<string> {
  const name = `mixed-${made++}`;
  await db()
    .prepare(
      `INSERT INTO mixes (id, owner_id, name, title, description, base_id, visibility, state, created_at, updated_at)
       SELECT 'mix_' || printf('%020d', ?), id, ?, 'm', '', 'cast-3', 'public', 'published', 0, 0 FROM users WHERE handle = ?`,
    )
    .bind(made, name, owner.handle)
    .run();
  return `${owner.handle}/${name}`;
}

async function commentOf(world: World): Promise<string> {
  const ref = await adapterOf(world);
  const made = await world.owner.must<Comment>("POST", `/v1/adapters/${ref}/comments`, { body: "hello" });
  return made.id;
}

const things = [
  ["adapters", adapterOf],
  ["mixes", mixOf],
] as const;

const targets: Entry[] = things.flatMap(([kind, of]): Entry[] => [
  {
    route: `GET /v1/${kind}/{owner}/{name}/like`,
    right: "anyone",
    call: async (world) => ({ path: `/v1/${kind}/${await of(world)}/like` }),
  },
  {
    route: `PUT /v1/${kind}/{owner}/{name}/like`,
    right: "caller",
    scope: "publish",
    call: async (world) => ({ path: `/v1/${kind}/${await of(world)}/like` }),
  },
  {
    route: `DELETE /v1/${kind}/{owner}/{name}/like`,
    right: "caller",
    scope: "publish",
    call: async (world) => ({ path: `/v1/${kind}/${await of(world)}/like` }),
  },
  {
    route: `GET /v1/${kind}/{owner}/{name}/comments`,
    right: "anyone",
    call: async (world) => ({ path: `/v1/${kind}/${await of(world)}/comments` }),
  },
  {
    route: `POST /v1/${kind}/{owner}/{name}/comments`,
    right: "caller",
    scope: "publish",
    call: async (world) => ({ path: `/v1/${kind}/${await of(world)}/comments`, body: { body: "hello" } }),
  },
]);

export const people: Entry[] = [
  ...targets,
  {
    route: "GET /v1/comments/{comment}/replies",
    right: "anyone",
    call: async (world) => ({ path: `/v1/comments/${await commentOf(world)}/replies` }),
  },
  {
    route: "PATCH /v1/comments/{comment}",
    right: "owner",
    scope: "publish",
    call: async (world) => ({ path: `/v1/comments/${await commentOf(world)}`, body: { body: "changed" } }),
  },
  {
    route: "DELETE /v1/comments/{comment}",
    right: "owner",
    scope: "publish",
    call: async (world) => ({ path: `/v1/comments/${await commentOf(world)}` }),
  },
  {
    route: "POST /v1/comments/{comment}/hide",
    right: "owner",
    scope: "publish",
    call: async (world) => ({ path: `/v1/comments/${await commentOf(world)}/hide` }),
  },
  {
    route: "POST /v1/comments/{comment}/unhide",
    right: "owner",
    scope: "publish",
    call: async (world) => {
      const id = await commentOf(world);
      await world.owner.must("POST", `/v1/comments/${id}/hide`);
      return { path: `/v1/comments/${id}/unhide` };
    },
  },
  {
    route: "GET /v1/users/{handle}/follow",
    right: "anyone",
    call: ({ owner }) => ({ path: `/v1/users/${owner.handle}/follow` }),
  },
  {
    route: "PUT /v1/users/{handle}/follow",
    right: "caller",
    scope: "publish",
    call: ({ moderator }) => ({ path: `/v1/users/${moderator.handle}/follow` }),
  },
  {
    route: "DELETE /v1/users/{handle}/follow",
    right: "caller",
    scope: "publish",
    call: ({ moderator }) => ({ path: `/v1/users/${moderator.handle}/follow` }),
  },
  {
    route: "GET /v1/users/{handle}/followers",
    right: "anyone",
    call: ({ owner }) => ({ path: `/v1/users/${owner.handle}/followers` }),
  },
  {
    route: "GET /v1/users/{handle}/following",
    right: "anyone",
    call: ({ owner }) => ({ path: `/v1/users/${owner.handle}/following` }),
  },
  {
    route: "GET /v1/account/likes",
    right: "caller",
    scope: "read",
    call: () => ({ path: "/v1/account/likes" }),
  },
  {
    route: "GET /v1/account/feed",
    right: "caller",
    scope: "read",
    call: () => ({ path: "/v1/account/feed" }),
  },
  {
    route: "GET /v1/account/notifications",
    right: "caller",
    scope: "read",
    call: () => ({ path: "/v1/account/notifications" }),
  },
  {
    route: "POST /v1/account/notifications/read",
    right: "caller",
    scope: "publish",
    call: () => ({ path: "/v1/account/notifications/read", body: { all: true } }),
  },
  {
    route: "GET /v1/adapters/{owner}/{name}/remixes",
    right: "anyone",
    call: async (world) => ({ path: `/v1/adapters/${await adapterOf(world)}/remixes` }),
  },
  {
    route: "GET /v1/adapters/{owner}/{name}/used-with",
    right: "anyone",
    call: async (world) => ({ path: `/v1/adapters/${await adapterOf(world)}/used-with` }),
  },
];
