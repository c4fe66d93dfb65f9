// /m/owner/name and /a/owner/name: addresses to share. The built page of a mix or an adapter, with the tags from which other sites make
// previews. They show public data only: no session is read, and the page itself calls the API as its visitor.

import type { Context } from "hono";
import { Name } from "../../schema/contract/adapters.ts";
import { Handle } from "../../schema/contract/ids.ts";
import { adaptersJson } from "../catalog/adapter-json.ts";
import { findAdapter } from "../catalog/adapters.ts";
import { mixesJson } from "../compose/mix-json.ts";
import { findMix, findVersionOfMix } from "../compose/mixes.ts";
import { absentTags, type Shared, type ShareTags, tagsOf, withTags } from "../compose/share-tags.ts";
import type { App } from "../context.ts";
import type { Db } from "../db.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { router } from "./app.ts";

const SHELLS = { mix: "/mix/", adapter: "/adapter/" } as const;
type Kind = keyof typeof SHELLS;

/** `name` or `name:3`. */
function addressOf(c: Context<App>) {
  const [name = "", number] = (c.req.param("name") ?? "").split(":");
  const owner = c.req.param("owner") ?? "";
  const fits =
    Handle.safeParse(owner).success &&
    Name.safeParse(name).success &&
    (number === undefined || /^[1-9][0-9]{0,5}$/.test(number));
  return fits ? { owner, name, number: number === undefined ? undefined : Number(number) } : null;
}

type Address = NonNullable<ReturnType<typeof addressOf>>;

async function sharedMix(
  db: Db,
  { owner, name, number }: Address,
  origin: string,
): Promise<Shared | Refusal> {
  const mix = await findMix(db, null, owner, name);
  if (mix instanceof Refusal) return mix;
  const version = await findVersionOfMix(db, mix, number);
  if (version instanceof Refusal) return version;
  const [json] = await mixesJson(db, [mix], null, origin);
  if (!json) throw new Error(`Mix ${mix.id} has no version`);
  const people = json.members.flatMap(({ title }) => title ?? []).join(", ");
  return {
    ...json,
    description: json.description || `A mix of ${people}, ready to be drawn.`,
    image: json.cover,
  };
}

async function sharedAdapter(db: Db, { owner, name }: Address, origin: string): Promise<Shared | Refusal> {
  const adapter = await findAdapter(db, null, owner, name);
  if (adapter instanceof Refusal) return adapter;
  const [json] = await adaptersJson(db, [adapter], null, origin);
  if (!json) throw new Error(`Adapter ${adapter.id} has no JSON`);
  const image = json.latest_version?.previews[0] ?? null;
  return { ...json, description: json.description || json.concept, image };
}

async function tagsFor(c: Context<App>, kind: Kind): Promise<ShareTags> {
  const { db, origin } = c.var;
  const address = addressOf(c);
  const shared = address
    ? await (kind === "mix" ? sharedMix : sharedAdapter)(db, address, origin)
    : refuse("not_found", "");
  if (shared instanceof Refusal) return absentTags(shared);
  return tagsOf(shared, `${origin}/${kind === "mix" ? "m" : "a"}/${shared.ref}`);
}

async function page(c: Context<App>, kind: Kind): Promise<Response> {
  const tags = await tagsFor(c, kind);
  const shell = await c.env.ASSETS.fetch(new URL(SHELLS[kind], c.var.origin));
  if (!shell.ok) throw new Error(`The page ${SHELLS[kind]} is not among the assets: ${shell.status}`);
  return withTags(shell, tags);
}

export const share = router();
share.get("/m/:owner/:name", (c) => page(c, "mix"));
share.get("/a/:owner/:name", (c) => page(c, "adapter"));
