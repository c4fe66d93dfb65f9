// Every list that a request may carry, at the contract's longest: D1 binds at most 100 values to a statement.
// A list that the OpenAPI document has and this table lacks fails the test, so that new lists are covered.

import { beforeAll, expect, it } from "vitest";
import {
  CERTIFICATE_PROMPTS_MAX,
  COMPOSITION_MEMBERS_MAX,
  FILTER_VALUES_MAX,
  HASH_NUMBERS_LOOKED_UP_MAX,
  HASHES_LOOKED_UP_MAX,
  KEY_ORIGINS_MAX,
  NOTIFICATIONS_MARKED_MAX,
  SELF_CHECK_EXPRESSIONS_MAX,
  SETTLE_OUTPUTS_MAX,
  TAGS_MAX,
  TRAINING_IMAGES_MAX,
  VERSION_PREVIEWS_MAX,
  WARM_NAMED_MAX,
  WARNINGS_MAX,
  WEBHOOK_EVENTS_MAX,
} from "../../../schema/contract/limits.ts";
import { RATINGS } from "../../../schema/contract/moderation.ts";
import { FACETS, GRANTS } from "../../../schema/contract/search.ts";
import { adapterFile, adapterInput, ask, BASE, db, type Person, person, png, published } from "../cast.ts";
import { beginRunner, runner, send } from "../compat/runner.ts";
import { trainingImages } from "../dispatch/trainings.ts";

const list = <T>(length: number, item: (i: number) => T): T[] => Array.from({ length }, (_, i) => item(i));
const words = (length: number) => list(length, (i) => `word-${i}`);
const hash = (i: number) => i.toString(16).padStart(64, "0");
const id = (kind: string, i: number) => `${kind}_${String(i).padStart(20, "0")}`;
const commas = (values: readonly (string | number)[]) => encodeURIComponent(values.join(","));

type Tried = { status: number };
let ada: Person;
const refs = list(COMPOSITION_MEMBERS_MAX, (i) => `ada/many-${i}`);
beforeAll(async () => {
  ada = await person("Ada");
  for (const ref of refs) await published(ada, ref.slice("ada/".length));
  await beginRunner();
}, 60_000);

const members = () => refs.map((ref) => ({ ref }));
const regions = () => list(COMPOSITION_MEMBERS_MAX, () => null);
const events = list(WEBHOOK_EVENTS_MAX, (i) => `generation.${i % 2 ? "failed" : "succeeded"}`);
const webhook = { url: "http://127.0.0.1:9/hook", events };
const REPLICATE = "/replicate/v1/models";
const replicateEvents = ["start", "output", "logs", "completed"];
const generation = (more: object) => ({ prompt: "a person", steps: 1, ...more });

async function uploads(kind: string, count: number, side: number, from: number): Promise<string[]> {
  const made = [];
  for (let i = 0; i < count; i++)
    made.push(await ada.upload(kind, await png(side, side, from + i), "image/png"));
  return made;
}

const images = async (from: number) =>
  (await uploads("training_image", TRAINING_IMAGES_MAX, 64, from)).map((upload_id) => ({ upload_id }));
const previews = (from: number) => uploads("preview", VERSION_PREVIEWS_MAX, 16, from);

async function draftVersion(
  name: string,
  more: () => Promise<object>,
): Promise<Tried & { body: { id: string } }> {
  await ada.must("POST", "/v1/adapters", adapterInput(name));
  const { slot } = await ada.must<{ slot: number }>("POST", `/v1/adapters/ada/${name}/slot`, {});
  const file = await adapterFile(slot, `<${name}>`);
  const upload_id = await ada.upload("adapter", file, "application/octet-stream");
  return ada.ask<{ id: string }>("POST", `/v1/adapters/ada/${name}/versions`, {
    upload_id,
    ...(await more()),
  });
}

async function files(): Promise<string[]> {
  const made = [];
  for (let i = 0; i < TRAINING_IMAGES_MAX; i++) {
    const form = new FormData();
    form.append("content", new Blob([await png(64, 64, 150 + i)], { type: "image/png" }), `${i}.png`);
    const headers = { authorization: `Bearer ${ada.key}` };
    const reply = await send("/replicate/v1/files", { method: "POST", headers, body: form });
    made.push(((await reply.json()) as { urls: { get: string } }).urls.get);
  }
  return made;
}

const replicateTraining = async (name: string, more: object = {}) => {
  const body = { destination: `ada/${name}`, input: { input_images: await files(), steps: 5 }, ...more };
  return ada.ask("POST", `${REPLICATE}/bases/cast-3/versions/cast-3/trainings`, body);
};

/** What the next lease finds is what was ordered last. */
const emptyQueue = () => db().prepare("UPDATE jobs SET status = 'canceled' WHERE status = 'queued'").run();

async function settled(report: (lease: string) => Promise<object>): Promise<Tried> {
  await emptyQueue();
  await ada.must("POST", "/v1/generations", generation({ base: BASE.id }));
  const [lease] = await runner().lease();
  if (!lease) throw new Error("Nothing waits");
  return runner().on(lease.lease_id, "settle", await report(lease.lease_id));
}

/** A certificate of as many prompts as one may have. */
const certified = async () => ({
  ...failure,
  certificate: {
    ...{ unchanged: true, seed: 0, steps: 8, prompts: words(CERTIFICATE_PROMPTS_MAX) },
    ...{ with: list(CERTIFICATE_PROMPTS_MAX, hash), without: list(CERTIFICATE_PROMPTS_MAX, hash) },
  },
});

/** No picture of the base has room for so many clauses: that is found last, with the list read. */
const crowded = async (path: string, body: object): Promise<Tried> => {
  const reply = await ada.ask("POST", path, body);
  expect(JSON.stringify(reply.body)).toContain(`${COMPOSITION_MEMBERS_MAX} people`);
  return reply;
};
const OPENAI = "/openai/v1/images/generations";
const drawn = (more: object) => crowded(OPENAI, { model: "cast-3", prompt: "a person", ...more });

const failure = { outcome: "failed", error: { code: "out_of_memory", message: "", retryable: false } };

const of = (method: string, path: string, body: () => unknown) => async () =>
  ada.ask(method, path, await body());

/** Of one route, by the place of the list in its body. */
const BODIES: Record<string, [expected: number, () => Promise<Tried>]> = {
  "POST /v1/adapters /tags": [
    201,
    of("POST", "/v1/adapters", () => adapterInput("tags", { tags: words(TAGS_MAX) })),
  ],
  "PATCH /v1/adapters/{owner}/{name} /tags": [
    200,
    of("PATCH", "/v1/adapters/ada/many-0", () => ({ tags: words(TAGS_MAX) })),
  ],
  "POST /v1/adapters/{owner}/{name}/versions /previews": [
    201,
    () => draftVersion("previews", async () => ({ previews: await previews(0) })),
  ],
  "POST /v1/adapters/{owner}/{name}/versions /images": [
    422,
    () => draftVersion("images", async () => ({ images: list(VERSION_PREVIEWS_MAX, (i) => id("img", i)) })),
  ],
  "PATCH /v1/versions/{version} /previews": [
    200,
    async () => {
      const { body } = await draftVersion("patched", async () => ({}));
      return ada.ask("PATCH", `/v1/versions/${body.id}`, { previews: await previews(50) });
    },
  ],
  "POST /v1/versions/by-hash /hashes": [
    200,
    of("POST", "/v1/versions/by-hash", () => ({ hashes: list(HASHES_LOOKED_UP_MAX, hash) })),
  ],
  "POST /v1/compositions /members": [201, of("POST", "/v1/compositions", () => ({ members: members() }))],
  "POST /v1/account/notifications/read /ids": [
    200,
    of("POST", "/v1/account/notifications/read", () => ({
      ids: list(NOTIFICATIONS_MARKED_MAX, (i) => id("ntf", i)),
    })),
  ],
  "PATCH /v1/account/profile /shown_ratings": [
    200,
    () => withCookie("PATCH", "/v1/account/profile", { shown_ratings: RATINGS }),
  ],
  "POST /v1/generations /adapters": [
    202,
    of("POST", "/v1/generations", () => generation({ adapters: members() })),
  ],
  "POST /v1/generations /webhook/events": [
    202,
    of("POST", "/v1/generations", () => generation({ base: BASE.id, webhook })),
  ],
  "POST /v1/trainings /adapter/tags": [
    202,
    of("POST", "/v1/trainings", async () => ({
      adapter: adapterInput("tagged", { tags: words(TAGS_MAX) }),
      images: await trainingImages(ada),
    })),
  ],
  "POST /v1/trainings /images": [
    202,
    of("POST", "/v1/trainings", async () => ({ adapter: adapterInput("sixteen"), images: await images(0) })),
  ],
  "POST /v1/trainings /webhook/events": [
    202,
    of("POST", "/v1/trainings", async () => ({
      adapter: adapterInput("described"),
      images: await trainingImages(ada),
      webhook,
    })),
  ],
  "POST /v1/webhooks /events": [201, of("POST", "/v1/webhooks", () => webhook)],
  "PATCH /v1/webhooks/{webhook} /events": [
    200,
    async () => {
      const made = await ada.must<{ id: string }>("POST", "/v1/webhooks", webhook);
      return ada.ask("PATCH", `/v1/webhooks/${made.id}`, { events });
    },
  ],
  "POST /v1/keys /scopes": [
    201,
    () => withCookie("POST", "/v1/keys", { name: "k", scopes: ["read", "publish", "generate", "runner"] }),
  ],
  "POST /v1/keys /origins": [
    201,
    () =>
      withCookie("POST", "/v1/keys", {
        ...{ name: "k", kind: "publishable", scopes: ["read"] },
        origins: list(KEY_ORIGINS_MAX, (i) => `https://${i}.example.org`),
      }),
  ],
  "POST /runner/v1/register /bases": [
    200,
    of("POST", "/runner/v1/register", () => ({
      ...{ name: "m", version: "1", device: "cpu", dtype: "float32", memory_bytes: 1 },
      bases: words(32),
    })),
  ],
  "POST /runner/v1/lease /bases": [
    200,
    () =>
      runner().owner.ask("POST", "/runner/v1/lease", {
        runner_id: runner().id,
        bases: words(32),
        max_batch: 1,
      }),
  ],
  "POST /runner/v1/lease /warm": [
    200,
    () =>
      runner().owner.ask("POST", "/runner/v1/lease", {
        ...{ runner_id: runner().id, bases: ["none"], max_batch: 1 },
        warm: list(WARM_NAMED_MAX, hash),
      }),
  ],
  "POST /runner/v1/leases/{lease}/settle /outputs": [
    200,
    () =>
      settled(async (lease) => {
        const bytes = await png(16, 16);
        const sent = await runner().deliver(lease, { name: "0.png", role: "image" }, bytes);
        return { ...failure, outputs: list(SETTLE_OUTPUTS_MAX, (i) => ({ ...sent, name: `${i}.png` })) };
      }),
  ],
  "POST /runner/v1/leases/{lease}/settle /warnings": [
    200,
    () => settled(async () => ({ ...failure, warnings: words(WARNINGS_MAX) })),
  ],
  "POST /runner/v1/leases/{lease}/settle /certificate/prompts": [200, () => settled(certified)],
  "POST /runner/v1/leases/{lease}/settle /certificate/with": [200, () => settled(certified)],
  "POST /runner/v1/leases/{lease}/settle /certificate/without": [200, () => settled(certified)],
  "POST /runner/v1/leases/{lease}/settle /self_check/expressions": [
    200,
    () =>
      settled(async () => ({
        ...failure,
        self_check: {
          ...{ drawn: 32, right: 30, steps: 12 },
          expressions: list(SELF_CHECK_EXPRESSIONS_MAX, (i) => ({ name: `look ${i}`, drawn: 2, right: 1 })),
        },
      })),
  ],
  "POST /openai/v1/images/generations /adapters": [400, () => drawn({ adapters: members() })],
  "POST /openai/v1/images/generations /regions": [
    400,
    () => drawn({ adapters: members(), regions: regions() }),
  ],
  ...predictions("/replicate/v1/predictions", { version: "bases/cast-3" }),
  ...predictions(`${REPLICATE}/{owner}/{name}/predictions`, {}),
  [`POST ${REPLICATE}/{owner}/{name}/versions/{version}/trainings /input/input_images`]: [
    201,
    () => replicateTraining("r-images"),
  ],
  [`POST ${REPLICATE}/{owner}/{name}/versions/{version}/trainings /input/captions`]: [
    201,
    async () =>
      replicateTraining("r-captions", {
        input: { input_images: await files(), captions: words(TRAINING_IMAGES_MAX), steps: 5 },
      }),
  ],
  [`POST ${REPLICATE}/{owner}/{name}/versions/{version}/trainings /webhook_events_filter`]: [
    201,
    () => replicateTraining("r-events", { webhook_events_filter: replicateEvents }),
  ],
  "POST /api/v1/model-versions/by-hash ": [
    200,
    of("POST", "/api/v1/model-versions/by-hash", () => list(HASHES_LOOKED_UP_MAX, hash)),
  ],
  "POST /api/v1/model-versions/by-hash/ids ": [
    200,
    of("POST", "/api/v1/model-versions/by-hash/ids", () => list(HASH_NUMBERS_LOOKED_UP_MAX, hash)),
  ],
};

function predictions(path: string, more: object): typeof BODIES {
  const at = path.replace("{owner}/{name}", "bases/cast-3");
  const body = { ...more, input: { prompt: "a person" } };
  const tried = (input: object) => () => crowded(at, { ...body, input: { ...body.input, ...input } });
  return {
    [`POST ${path} /input/adapters`]: [400, tried({ adapters: members() })],
    [`POST ${path} /input/regions`]: [400, tried({ adapters: members(), regions: regions() })],
    [`POST ${path} /webhook_events_filter`]: [
      201,
      of("POST", at, () => ({ ...body, webhook_events_filter: replicateEvents })),
    ],
  };
}

const withCookie = (method: string, path: string, body: unknown) =>
  ask(method, path, { headers: { cookie: ada.cookie, origin: "http://edge.test" }, body });

/** Of every list that takes them. */
const PARAMETERS: Record<string, () => readonly (string | number)[]> = {
  ...Object.fromEntries(
    ["class", "tag", "licence", "owner"].map((name) => [name, () => words(FILTER_VALUES_MAX)]),
  ),
  base: () => [BASE.id],
  allows: () => GRANTS,
  rating: () => RATINGS,
  composes_with: () => refs,
  slot: () => list(FILTER_VALUES_MAX, (i) => i),
  facet: () => FACETS,
  types: () => ["LORA", "Checkpoint"],
  baseModels: () => words(20),
};

type Schema = {
  $ref?: string;
  type?: string | string[];
  items?: Schema;
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
};
type Operation = {
  requestBody?: { content: Record<string, { schema: Schema }> };
  parameters?: { in: string; name: string; schema: Schema }[];
};
type Description = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

/** Places of the lists in what a schema describes. */
function listsIn({ components }: Description, schema: Schema, pointer = "", seen: string[] = []): string[] {
  const { $ref } = schema;
  if ($ref) {
    const named = components.schemas[$ref.split("/").pop() ?? ""];
    return named && !seen.includes($ref)
      ? listsIn({ components, paths: {} }, named, pointer, [...seen, $ref])
      : [];
  }
  const within = (each: Schema, at = pointer) => listsIn({ components, paths: {} }, each, at, seen);
  return [
    ...([schema.type].flat().includes("array") ? [pointer] : []),
    ...(schema.items ? within(schema.items, `${pointer}/*`) : []),
    ...[schema.anyOf, schema.oneOf, schema.allOf]
      .flatMap((each) => each ?? [])
      .flatMap((each) => within(each)),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, each]) => within(each, `${pointer}/${name}`)),
  ];
}

it("every list in a request is accepted at its longest", { timeout: 120_000 }, async () => {
  const { body: description } = await ask<Description>("GET", "/v1/openapi.json");
  const described = Object.entries(description.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const inBodies = described.flatMap(({ method, path, operation }) =>
    Object.values(operation.requestBody?.content ?? {}).flatMap(({ schema }) =>
      listsIn(description, schema).map((pointer) => `${method} ${path} ${pointer}`),
    ),
  );
  expect([...new Set(inBodies)].sort()).toEqual(Object.keys(BODIES).sort());
  for (const [name, [expected, tried]] of Object.entries(BODIES)) {
    const reply = await tried();
    expect([name, reply.status, JSON.stringify(reply)]).toEqual([name, expected, expect.any(String)]);
  }

  for (const { path, operation } of described) {
    const lists = (operation.parameters ?? []).filter(
      (each) => each.in === "query" && listsIn(description, each.schema).length > 0,
    );
    if (lists.length === 0) continue;
    const of = (name: string) => {
      const values = PARAMETERS[name];
      if (!values) throw new Error(`${path}?${name} is not tried`);
      return `${name}=${commas(values())}`;
    };
    for (const query of [...lists.map(({ name }) => of(name)), lists.map(({ name }) => of(name)).join("&")]) {
      const { status, body } = await ask("GET", `${path}?${query}`);
      expect([path, query, status < 500, body]).toEqual([path, query, true, expect.anything()]);
    }
  }
});
