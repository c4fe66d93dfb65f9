// Every route against everybody: anonymous, each scope alone, another user, the owner, a moderator. The routes come from the OpenAPI
// document, so that a new one without an entry fails.

import { beforeAll, describe, expect, it } from "vitest";
import { SCOPES, type Scope } from "../../../schema/contract/index.ts";
import { ask, db, type Person, person, type Reply } from "../cast.ts";
import type { Call, Entry, World } from "./entry.ts";

type Caller = { name: string; headers: Record<string, string> };
type Document = { paths: Record<string, Record<string, unknown>> };

const modules = import.meta.glob<Record<string, unknown>>(["./*.ts", "!./*.test.ts"], { eager: true });
const entries = Object.values(modules).flatMap((module) =>
  Object.values(module).filter(Array.isArray).flat(),
) as Entry[];

const SESSION_SCOPES: readonly Scope[] = ["read", "publish", "generate"];
const METHODS = ["get", "post", "put", "patch", "delete"];

let world: World;
let spares = 0;
/** Keys of the owner with one scope each. */
const single = new Map<Scope, Caller>();
/** One that may publish and read what it published. */
let paired: Caller;

beforeAll(async () => {
  const [owner, other, moderator] = [await person("Owner"), await person("Other"), await person("Moderator")];
  const operator = await person("Operator");
  await db()
    .prepare("UPDATE users SET role = 'moderator', email_verified = 1 WHERE handle = ?")
    .bind(moderator.handle)
    .run();
  for (const scope of SCOPES) single.set(scope, await narrowKey(owner, [scope]));
  paired = await narrowKey(owner, ["read", "publish"]);
  world = { owner, other, moderator, operator };
});

async function narrowKey(who: Person, scopes: Scope[]): Promise<Caller> {
  const name = scopes.join(" and ");
  const made = await ask<{ key: string }>("POST", "/v1/keys", {
    headers: { cookie: who.cookie },
    body: { name, scopes },
  });
  return { name: `a key that may only ${name}`, headers: bearer(made.body.key) };
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const keyOf = (who: Person): Caller => ({ name: `${who.handle}'s key`, headers: bearer(who.key) });
const sessionOf = (who: Person): Caller => ({
  name: `${who.handle}'s session`,
  headers: { cookie: who.cookie },
});
const ANONYMOUS: Caller = { name: "nobody", headers: {} };

async function attempt(entry: Entry, call: Call, caller: Caller): Promise<Reply<{ code?: string }>> {
  const [method = "GET"] = entry.route.split(" ");
  const headers = { ...call.headers, ...caller.headers };
  return ask(method, call.path, call.body === undefined ? { headers } : { headers, body: call.body });
}

type Expected = { caller: Caller; codes: string[] };

/** Who must be refused, and with which codes. */
function refusals(entry: Entry, { owner, other, moderator, operator }: World): Expected[] {
  if (entry.right === "anyone" || entry.right === "signed") return [];
  const expected: Expected[] = [{ caller: ANONYMOUS, codes: ["auth_required"] }];
  const chosen = { moderator, operator };
  if (entry.right === "session" || entry.right === "moderator" || entry.right === "operator") {
    const machine = entry.right === "session" ? owner : chosen[entry.right];
    expected.push({ caller: keyOf(machine), codes: ["session_required"] });
    if (entry.right !== "session") expected.push({ caller: sessionOf(other), codes: ["not_granted"] });
    return expected;
  }
  for (const [scope, caller] of single) {
    if (entry.scope && (entry.also || scope !== entry.scope))
      expected.push({ caller, codes: ["scope_missing"] });
  }
  if (entry.scope && !SESSION_SCOPES.includes(entry.scope)) {
    expected.push({ caller: sessionOf(owner), codes: ["scope_missing"] });
  }
  if (entry.right === "machine") {
    const narrow = entry.scope && single.get(entry.scope);
    for (const caller of [keyOf(other), ...(narrow ? [narrow] : [])]) {
      expected.push({ caller, codes: ["not_granted"] });
    }
  }
  if (entry.right === "owner") {
    for (const stranger of [keyOf(other), sessionOf(moderator)]) {
      expected.push({ caller: stranger, codes: ["not_granted", "not_found", "lease_lost", "scope_missing"] });
    }
  }
  return expected;
}

/** Who may: tried in this order, the owner's narrowest right last. */
function grants(entry: Entry, { owner, other, moderator, operator }: World): Caller[] {
  const narrow = entry.also ? paired : entry.scope && single.get(entry.scope);
  if (entry.right === "anyone") return [ANONYMOUS, keyOf(other), sessionOf(owner)];
  if (entry.right === "signed") return [ANONYMOUS];
  if (entry.right === "session") return [sessionOf(owner)];
  if (entry.right === "moderator") return [sessionOf(moderator)];
  if (entry.right === "operator") return [sessionOf(operator)];
  if (entry.right === "machine") return [keyOf(operator)];
  if (entry.right === "caller") return [keyOf(other), narrow ?? keyOf(owner)];
  return [narrow ?? keyOf(owner)];
}

describe("the authorisation matrix", () => {
  it("has exactly one entry for every route of the OpenAPI document", async () => {
    const { body } = await ask<Document>("GET", "/v1/openapi.json");
    const routes = Object.entries(body.paths).flatMap(([path, operations]) =>
      Object.keys(operations)
        .filter((method) => METHODS.includes(method))
        .map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(entries.map(({ route }) => route).sort()).toEqual(routes.sort());
  });

  it.each(entries)("$route: $right $scope", async (entry) => {
    const here = entry.ends ? { ...world, owner: await person(`Spare${spares++}`) } : world;
    const call = await entry.call(here);
    for (const { caller, codes } of refusals(entry, here)) {
      const reply = await attempt(entry, call, caller);
      expect([caller.name, reply.status, codes.includes(reply.body.code ?? "") ? codes : reply.body]).toEqual(
        [caller.name, reply.status, codes],
      );
      expect(reply.status).toBeLessThan(500);
    }
    const allowed = grants(entry, here);
    for (const [i, caller] of allowed.entries()) {
      const reply = await attempt(entry, call, caller);
      const isLast = i === allowed.length - 1;
      const refused = isLast ? reply.status >= 400 : [401, 403, 500].includes(reply.status);
      expect([caller.name, reply.status, refused ? reply.body : "granted"]).toEqual([
        caller.name,
        reply.status,
        "granted",
      ]);
    }
  });
});
