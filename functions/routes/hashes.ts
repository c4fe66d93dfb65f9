// /v1/versions/by-hash: which version a file is, by SHA-256, AutoV2 or the hash of its tensors.

import { createRoute } from "@hono/zod-openapi";
import { FileHash, HashesFound, HashesLookup, Version } from "../../schema/contract/adapters.ts";
import { oneVersionJson, versionsJson } from "../catalog/adapter-json.ts";
import { lookUpHashes, versionByHash } from "../catalog/hashes.ts";
import { granted } from "../lib/refusal.ts";
import { idParam, jsonBody, jsonReply, noQuery, router } from "./app.ts";

const tags = ["versions"];

const get = createRoute({
  method: "get",
  path: "/v1/versions/by-hash/{hash}",
  summary: "Find the version of a file",
  description:
    "By the SHA-256 of the file (64 digits), its first ten (AutoV2) or twelve, or by the SHA-256 of its tensors or its first twelve (AutoV3), which survive another header. Where several have it, the newest published one answers.",
  tags,
  middleware: noQuery,
  request: { params: idParam("hash", FileHash) },
  responses: { 200: jsonReply("The version", Version) },
});

const lookUp = createRoute({
  method: "post",
  path: "/v1/versions/by-hash",
  summary: "Find the versions of many files",
  tags,
  middleware: noQuery,
  request: { body: jsonBody(HashesLookup) },
  responses: { 200: jsonReply("One answer for each hash, in the order asked", HashesFound) },
});

export const hashes = router()
  .openapi(get, async (c) => {
    const { db, viewer: caller, origin } = c.var;
    const found = granted(await versionByHash(db, caller, c.req.valid("param").hash));
    return c.json(await oneVersionJson(db, found, origin), 200);
  })
  .openapi(lookUp, async (c) => {
    const { db, viewer: caller, origin } = c.var;
    const answers = await lookUpHashes(db, caller, c.req.valid("json").hashes);
    const known = answers.flatMap(({ found }) => found ?? []);
    const json = new Map((await versionsJson(db, known, origin)).map((version) => [version.id, version]));
    const items = answers.map(({ hash, found }) => ({
      hash,
      version: (found && json.get(found.version.id)) ?? null,
    }));
    return c.json({ items }, 200);
  });
