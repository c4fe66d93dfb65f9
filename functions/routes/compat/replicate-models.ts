// Replicate's models and versions, with the search that comes as HTTP QUERY; account and hardware.

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import {
  ReplicateAccount,
  ReplicateHardware,
  ReplicateModel,
  ReplicateModelCreate,
  ReplicateVersion,
  replicatePage,
} from "../../../schema/contract/compat-replicate.ts";
import { SEARCH_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import { plainText, token } from "../../../schema/contract/text.ts";
import { DefaultSecret } from "../../../schema/contract/webhooks.ts";
import { createAdapter } from "../../catalog/adapters.ts";
import { BASES } from "../../catalog/bases.ts";
import {
  findReplicateModel,
  findReplicateVersion,
  listModels,
  listVersions,
  searchModels,
} from "../../compat/replicate-models.ts";
import { draftInput } from "../../compat/replicate-order.ts";
import { isoTimeOrNull } from "../../lib/clock.ts";
import { deny, granted, refuse } from "../../lib/refusal.ts";
import { callerWith } from "../../rights/rights.ts";
import { defaultSecrets } from "../../webhooks/secrets.ts";
import { jsonBody, jsonReply, noQuery, router } from "../app.ts";
import { cursorQuery, modelParams, pageJson, tags } from "./replicate-place.ts";

/** Text that is not a valid JSON string is searched for as it is. */
function searchText(body: string): string {
  if (!/^".*"$/s.test(body)) return body;
  try {
    return String(JSON.parse(body));
  } catch {
    return body;
  }
}

const HARDWARE = [{ name: "Whatever the runners have", sku: "runner" }];

/** `whole` adds what /v1 has another meaning for: the list of models and the account. */
export function replicateModels(prefix: string, hide: boolean, whole: boolean) {
  const shared = { tags, hide };
  const create = createRoute({
    ...shared,
    method: "post",
    path: `${prefix}/models`,
    summary: "Replicate: models.create",
    middleware: noQuery,
    request: { body: jsonBody(ReplicateModelCreate) },
    responses: { 201: jsonReply("A draft adapter without a version", ReplicateModel) },
  });
  const get = createRoute({
    ...shared,
    method: "get",
    path: `${prefix}/models/{owner}/{name}`,
    summary: "Replicate: models.get",
    middleware: noQuery,
    request: { params: modelParams },
    responses: { 200: jsonReply("The model", ReplicateModel) },
  });
  const versions = createRoute({
    ...shared,
    method: "get",
    path: `${prefix}/models/{owner}/{name}/versions`,
    summary: "Replicate: models.versions.list",
    middleware: noQuery,
    request: { params: modelParams },
    responses: { 200: jsonReply("All versions, newest first", replicatePage(ReplicateVersion)) },
  });
  const version = createRoute({
    ...shared,
    method: "get",
    path: `${prefix}/models/{owner}/{name}/versions/{version}`,
    summary: "Replicate: models.versions.get",
    middleware: noQuery,
    request: { params: modelParams.extend({ version: token(64) }) },
    responses: { 200: jsonReply("The version", ReplicateVersion) },
  });
  const hardware = createRoute({
    ...shared,
    method: "get",
    path: `${prefix}/hardware`,
    summary: "Replicate: hardware.list",
    middleware: noQuery,
    responses: { 200: jsonReply("One entry: runners choose", z.array(ReplicateHardware)) },
  });
  const list = createRoute({
    ...shared,
    method: "get",
    path: `${prefix}/models`,
    summary: "Replicate: models.list",
    request: { query: cursorQuery },
    responses: { 200: jsonReply("A page, bases first", replicatePage(ReplicateModel)) },
  });
  const account = createRoute({
    ...shared,
    method: "get",
    path: `${prefix}/account`,
    summary: "Replicate: accounts.current",
    middleware: noQuery,
    responses: { 200: jsonReply("Your account", ReplicateAccount) },
  });

  const secret = createRoute({
    ...shared,
    method: "get",
    path: `${prefix}/webhooks/default/secret`,
    summary: "Replicate: webhooks.default.secret",
    middleware: noQuery,
    responses: {
      200: jsonReply("What webhooks of predictions and trainings are signed with", DefaultSecret),
    },
  });

  const models = router()
    .openapi(create, async (c) => {
      const { db, origin, now } = c.var;
      const caller = granted(callerWith(c.var.caller, "publish"));
      const { owner, name, visibility, description } = c.req.valid("json");
      if (owner !== caller.handle)
        deny(refuse("not_granted", `A model is yours: ${caller.handle}/${name}.`, "/owner"));
      const base = BASES[0]?.id ?? "";
      const input = draftInput(base, name, { visibility, description: description ?? "" });
      granted(await createAdapter(db, caller, input, now));
      return c.json(granted(await findReplicateModel({ db, caller, origin }, owner, name)), 201);
    })
    .openapi(get, async (c) => {
      const { owner, name } = c.req.valid("param");
      return c.json(
        granted(
          await findReplicateModel({ db: c.var.db, caller: c.var.viewer, origin: c.var.origin }, owner, name),
        ),
        200,
      );
    })
    .openapi(versions, async (c) => {
      const { owner, name } = c.req.valid("param");
      const results = granted(await listVersions(c.var.db, c.var.viewer, owner, name));
      return c.json({ previous: null, next: null, results }, 200);
    })
    .openapi(version, async (c) => {
      const { owner, name, version: id } = c.req.valid("param");
      return c.json(
        granted(await findReplicateVersion({ db: c.var.db, caller: c.var.viewer }, owner, name, id)),
        200,
      );
    })
    .openapi(hardware, (c) => c.json(HARDWARE, 200));
  // A body of text: npm's client writes it as a JSON string, Python's as it is. OpenAPI 3.1 cannot describe the method QUERY.
  models.on("QUERY", `${prefix}/models`, async (c) => {
    const text = searchText(await c.req.text());
    if (!plainText(SEARCH_MAX_CHARACTERS).safeParse(text).success) {
      const detail = `A query has at most ${SEARCH_MAX_CHARACTERS} characters, none of which is a control character.`;
      deny(refuse("request_invalid", detail));
    }
    const results = granted(await searchModels(c.var.db, c.var.viewer, text, c.var.origin));
    return c.json({ previous: null, next: null, results });
  });
  if (!whole) return models;
  return models
    .openapi(list, async (c) => {
      const { db, viewer: caller, origin } = c.var;
      const page = granted(await listModels(db, caller, c.req.valid("query").cursor, origin));
      return c.json(pageJson(`${origin}${prefix}/models`, page.next, page.results), 200);
    })
    .openapi(secret, async (c) => {
      const caller = granted(callerWith(c.var.caller, "generate"));
      const { secret: key, oldSecretUntil } = await defaultSecrets(c.var.db, caller.id);
      return c.json({ key, old_secret_until: isoTimeOrNull(oldSecretUntil) }, 200);
    })
    .openapi(account, (c) => {
      const caller = granted(callerWith(c.var.caller, "read"));
      const { handle: username, name } = caller;
      return c.json({ type: "user" as const, username, name, github_url: null }, 200);
    });
}
