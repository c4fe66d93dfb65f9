// Who may call the compatible APIs. Their aliases under /v1 are the same handlers and are not described twice.

import { env } from "cloudflare:workers";
import { numberOf } from "../../../functions/compat/numeric-ids.ts";
import { liveOf } from "../../../functions/dispatch/live.ts";
import type { Id } from "../../../schema/contract/ids.ts";
import { BASE, type Person, png, published } from "../cast.ts";
import type { Call, Entry, World } from "./entry.ts";

const OPENAI = "/openai/v1";
const REPLICATE = "/replicate/v1";
const MODEL = `bases/${BASE.id}`;
const input = { prompt: "a person" };

let count = 0;
const fresh = (prefix: string) => `${prefix}${++count}`;

const predicted = ({ owner }: World) =>
  owner.must<{ id: string }>("POST", `${REPLICATE}/predictions`, { version: BASE.id, input });

/** The answer waits for a runner; a retry finds the job that an earlier attempt had drawn. */
async function generatedBefore(who: Person, body: { prompt: string }): Promise<void> {
  const answer = who.ask("POST", `${OPENAI}/images/generations`, body);
  for (;;) {
    const row = await env.DB.prepare(
      "SELECT id FROM jobs WHERE json_extract(asked, '$.input.prompt') = ? AND status = 'queued'",
    )
      .bind(body.prompt)
      .first<{ id: string }>();
    if (!row) continue;
    await env.DB.prepare("UPDATE jobs SET status = 'succeeded', finished_at = 1 WHERE id = ?")
      .bind(row.id)
      .run();
    await liveOf(env, row.id).publish({ name: "done", data: { status: "succeeded" } });
    break;
  }
  await answer;
}

async function retried({ owner, other }: World): Promise<Call> {
  const body = { prompt: fresh("again ") };
  for (const who of [owner, other]) await generatedBefore(who, body);
  return { path: `${OPENAI}/images/generations`, body, headers: { "x-stainless-retry-count": "1" } };
}

const BOUNDARY = "xxxxxxxx";
const form = (content: string): Call => ({
  path: `${REPLICATE}/files`,
  headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
  body: `--${BOUNDARY}\r\nContent-Disposition: form-data; name="content"; filename="a.txt"\r\n\r\n${content}\r\n--${BOUNDARY}--\r\n`,
});

async function filed({ owner }: World): Promise<string> {
  const { path, headers, body } = form(fresh("file "));
  return (await owner.ask<{ id: string }>("POST", path, body, headers)).body.id;
}

async function trainingCall({ owner }: World): Promise<Call> {
  const files = [];
  for (let i = 0; i < BASE.training.images.min; i += 1) {
    await owner.upload("training_image", await png(64, 64, 100 + i), "image/png");
    const row = await env.DB.prepare(
      "UPDATE uploads SET kind = 'file' WHERE id = (SELECT max(id) FROM uploads) RETURNING id",
    ).first<{
      id: string;
    }>();
    files.push(row?.id);
  }
  return {
    path: `${REPLICATE}/models/${MODEL}/versions/${BASE.id}/trainings`,
    body: { destination: `${owner.handle}/${fresh("trained")}`, input: { input_images: files } },
  };
}

async function trained(world: World): Promise<{ id: string }> {
  const { path, body } = await trainingCall(world);
  return world.owner.must("POST", path, body);
}

const anyone = (route: string, path: string): Entry => ({ route, right: "anyone", call: () => ({ path }) });
const known = (route: string, path: (id: Id<"adp">, version: Id<"ver">) => string): Entry => ({
  route,
  right: "anyone",
  call: async ({ owner }) => {
    const version = await published(owner, fresh("seen"));
    return { path: path(version.adapter_id, version.id) };
  },
});

export const compat: Entry[] = [
  { route: `POST ${OPENAI}/images/generations`, right: "caller", scope: "generate", call: retried },
  anyone(`GET ${OPENAI}/models`, `${OPENAI}/models`),
  anyone(`GET ${OPENAI}/models/{model}`, `${OPENAI}/models/${BASE.id}`),

  {
    route: `POST ${REPLICATE}/predictions`,
    right: "caller",
    scope: "generate",
    call: () => ({ path: `${REPLICATE}/predictions`, body: { version: BASE.id, input } }),
  },
  {
    route: `POST ${REPLICATE}/models/{owner}/{name}/predictions`,
    right: "caller",
    scope: "generate",
    call: () => ({ path: `${REPLICATE}/models/${MODEL}/predictions`, body: { input } }),
  },
  {
    route: `GET ${REPLICATE}/predictions`,
    right: "caller",
    scope: "read",
    call: () => ({ path: `${REPLICATE}/predictions` }),
  },
  {
    route: `GET ${REPLICATE}/predictions/{prediction}`,
    right: "owner",
    scope: "read",
    call: async (world) => ({ path: `${REPLICATE}/predictions/${(await predicted(world)).id}` }),
  },
  {
    route: `POST ${REPLICATE}/predictions/{prediction}/cancel`,
    right: "owner",
    scope: "generate",
    call: async (world) => ({ path: `${REPLICATE}/predictions/${(await predicted(world)).id}/cancel` }),
  },
  {
    route: `POST ${REPLICATE}/models/{owner}/{name}/versions/{version}/trainings`,
    right: "owner",
    scope: "publish",
    call: trainingCall,
  },
  {
    route: `GET ${REPLICATE}/trainings`,
    right: "caller",
    scope: "read",
    call: () => ({ path: `${REPLICATE}/trainings` }),
  },
  {
    route: `GET ${REPLICATE}/trainings/{training}`,
    right: "owner",
    scope: "read",
    call: async (world) => ({ path: `${REPLICATE}/trainings/${(await trained(world)).id}` }),
  },
  {
    route: `POST ${REPLICATE}/trainings/{training}/cancel`,
    right: "owner",
    scope: "publish",
    call: async (world) => ({ path: `${REPLICATE}/trainings/${(await trained(world)).id}/cancel` }),
  },
  {
    route: `POST ${REPLICATE}/models`,
    right: "owner",
    scope: "publish",
    call: ({ owner }) => ({
      path: `${REPLICATE}/models`,
      body: { owner: owner.handle, name: fresh("model"), visibility: "private" },
    }),
  },
  anyone(`GET ${REPLICATE}/models`, `${REPLICATE}/models`),
  anyone(`GET ${REPLICATE}/models/{owner}/{name}`, `${REPLICATE}/models/${MODEL}`),
  anyone(`GET ${REPLICATE}/models/{owner}/{name}/versions`, `${REPLICATE}/models/${MODEL}/versions`),
  anyone(
    `GET ${REPLICATE}/models/{owner}/{name}/versions/{version}`,
    `${REPLICATE}/models/${MODEL}/versions/${BASE.id}`,
  ),
  anyone(`GET ${REPLICATE}/hardware`, `${REPLICATE}/hardware`),
  {
    route: `GET ${REPLICATE}/account`,
    right: "caller",
    scope: "read",
    call: () => ({ path: `${REPLICATE}/account` }),
  },
  {
    route: `GET ${REPLICATE}/webhooks/default/secret`,
    right: "caller",
    scope: "generate",
    call: () => ({ path: `${REPLICATE}/webhooks/default/secret` }),
  },
  { route: `POST ${REPLICATE}/files`, right: "caller", scope: "publish", call: () => form("some text") },
  {
    route: `GET ${REPLICATE}/files`,
    right: "caller",
    scope: "read",
    call: () => ({ path: `${REPLICATE}/files` }),
  },
  {
    route: `GET ${REPLICATE}/files/{file}`,
    right: "owner",
    scope: "read",
    call: async (world) => ({ path: `${REPLICATE}/files/${await filed(world)}` }),
  },
  {
    route: `DELETE ${REPLICATE}/files/{file}`,
    right: "owner",
    scope: "publish",
    call: async (world) => ({ path: `${REPLICATE}/files/${await filed(world)}` }),
  },

  anyone("GET /api/v1/models", "/api/v1/models"),
  known("GET /api/v1/models/{id}", (id) => `/api/v1/models/${numberOf(id)}`),
  known("GET /api/v1/model-versions/{id}", (_, id) => `/api/v1/model-versions/${numberOf(id)}`),
  {
    route: "GET /api/v1/model-versions/by-hash/{hash}",
    right: "anyone",
    call: async ({ owner }) => ({
      path: `/api/v1/model-versions/by-hash/${(await published(owner, fresh("hashed"))).sha256}`,
    }),
  },
  {
    route: "POST /api/v1/model-versions/by-hash",
    right: "anyone",
    call: () => ({ path: "/api/v1/model-versions/by-hash", body: ["0".repeat(64)] }),
  },
  {
    route: "POST /api/v1/model-versions/by-hash/ids",
    right: "anyone",
    call: () => ({ path: "/api/v1/model-versions/by-hash/ids", body: ["0".repeat(64)] }),
  },
  known("GET /api/v1/model-versions/mini/{id}", (_, id) => `/api/v1/model-versions/mini/${numberOf(id)}`),
  known("GET /api/download/models/{id}", (_, id) => `/api/download/models/${numberOf(id)}`),
];
