// Test data for the fuzzer: accounts with every right, and ids of existing resources, so that its requests find something.

import { EMBEDDED_BASE } from "../../schema/bases/index.ts";
import { Orthoplex, type Schema } from "../../schema/client/index.ts";
import { type Account, OPERATOR } from "../local/accounts.ts";
import { greyPng } from "./runner.ts";

const BASE = EMBEDDED_BASE.id;

/** The moderator's role requires a verified address: accounts of a local server have one (local/accounts.ts). */
export const SETTINGS = { MODERATOR_EMAILS: OPERATOR.email };

export type Place = {
  url: string;
  /** A key with every scope, of an operator. */
  key: string;
  /** The session cookie of a moderator and operator. */
  cookie: string;
  /** An account whose sessions may be revoked and which may be deleted. */
  spare: { email: string; password: string; name: string };
  /** Values by name of the path parameter; a whole set of values where several belong together. */
  things: Record<string, string>[];
};

type Server = { url: string; operator: Account; demo: Account };

export async function makePlace(server: Server, runnerId: string): Promise<Place> {
  const { url, operator } = server;
  const cookie = await signIn(url, operator);
  const session = new Orthoplex({ url, headers: { cookie, origin: url } });
  const api = new Orthoplex({ url, key: operator.api_key });
  return {
    url,
    key: operator.api_key,
    cookie,
    spare: { name: "Spare", email: "spare@orthoplex.localhost", password: operator.password },
    things: await thingsOf(api, session, operator.handle, runnerId),
  };
}

async function signIn(url: string, { email, password }: Account): Promise<string> {
  const response = await fetch(`${url}/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url },
    body: JSON.stringify({ email, password }),
  });
  if (!response.ok) throw new Error(`Signing in: ${response.status} ${await response.text()}`);
  const lines = response.headers.getSetCookie().map((line) => line.split(";", 1)[0]);
  return lines.join("; ");
}

/** One of every kind of resource, created or found through the API. */
async function thingsOf(api: Orthoplex, session: Orthoplex, handle: string, runnerId: string) {
  const query = { limit: 1 };
  // Of the base that the fuzzer's runner serves: the contract suite has published on others.
  const [adapter] = (await api.get("/v1/adapters", { params: { query: { ...query, base: BASE } } })).items;
  const [mix] = (await api.get("/v1/mixes", { params: { query } })).items;
  const [collection] = (await api.get("/v1/collections", { params: { query: { ...query, owner: handle } } }))
    .items;
  if (!adapter || !mix || !collection) throw new Error("The catalog was not seeded");
  const path = { owner: adapter.owner, name: adapter.name };
  const { versions } = await api.get("/v1/adapters/{owner}/{name}", { params: { path } });
  const [version] = versions;
  if (!version) throw new Error(`${adapter.name} has no version`);
  const ref = `${adapter.owner}/${adapter.name}`;
  const request = { adapters: [{ ref }], prompt: "a smiling person", size: "256x256", steps: 4 };
  const { id: generation } = await api.post("/v1/generations", { body: request });
  const picture = await sharedPicture(api, request);
  const { id: comment } = await api.post("/v1/adapters/{owner}/{name}/comments", {
    params: { path },
    body: { body: "A word." },
  });
  const { id: webhook } = await api.post("/v1/webhooks", {
    body: { url: `${api.url}/nobody`, events: ["*.*"] },
  });
  const { id: composition } = await api.post("/v1/compositions", { body: { members: [{ ref }] } });
  const upload = await api.upload("preview", greyPng(16, 16, 9), "a.png");
  await session.post("/v1/webhooks/{webhook}/ping", { params: { path: { webhook } } }).catch(() => null);
  const delivery = (await api.get("/v1/webhook-deliveries")).items[0]?.id;
  const models = await api.get("/api/v1/models");
  const [model] = models.items;
  return [
    { owner: adapter.owner, name: adapter.name, adapter_owner: adapter.owner, adapter_name: adapter.name },
    { owner: mix.owner, name: mix.name },
    { owner: collection.owner, name: collection.name },
    { version: version.id, hash: version.sha256, model: ref },
    { job: generation, prediction: generation, composition, comment, webhook, upload, picture },
    { id: BASE, model: BASE, version: BASE, owner: "bases", name: BASE },
    { id: String(model?.id), kind: "adapter" },
    { id: String(model?.modelVersions[0]?.id), kind: "version" },
    { handle, user: handle, runner: runnerId, ...(delivery && { delivery }) },
  ];
}

/** The runner of the fuzzer fails some jobs: the first that succeeds is shared. */
async function sharedPicture(api: Orthoplex, body: Schema<"GenerationCreate">): Promise<string> {
  for (;;) {
    const order = await api.post("/v1/generations", { body });
    const job = await api.finished(order).catch(() => null);
    const image_id = job?.result?.images[0]?.id;
    if (image_id) return (await api.post("/v1/pictures", { body: { image_id } })).id;
  }
}
