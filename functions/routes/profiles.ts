// /v1/users and /v1/account/profile: public profiles, and changing one's own.

import { createRoute } from "@hono/zod-openapi";
import { Handle } from "../../schema/contract/ids.ts";
import { Account, Profile, ProfilePatch } from "../../schema/contract/profiles.ts";
import { granted } from "../lib/refusal.ts";
import { accountJson } from "../people/account.ts";
import { changeProfile, profileOf } from "../people/profile.ts";
import { callerWith } from "../rights/rights.ts";
import { idParam, jsonBody, jsonReply, noQuery, router } from "./app.ts";

const get = createRoute({
  method: "get",
  path: "/v1/users/{handle}",
  summary: "Get somebody's profile",
  tags: ["people"],
  middleware: noQuery,
  request: { params: idParam("handle", Handle) },
  responses: { 200: jsonReply("The profile", Profile) },
});

const patch = createRoute({
  method: "patch",
  path: "/v1/account/profile",
  summary: "Change your profile",
  description: "A handle never changes: it stands in every `owner/name` and in the recipes of pictures.",
  tags: ["account"],
  middleware: noQuery,
  request: { body: jsonBody(ProfilePatch) },
  responses: { 200: jsonReply("Your account", Account) },
});

export const profiles = router()
  .openapi(get, async (c) => {
    const { db, origin } = c.var;
    return c.json(granted(await profileOf(db, c.req.valid("param").handle, origin)), 200);
  })
  .openapi(patch, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const refusal = await changeProfile(db, caller, c.req.valid("json"), now);
    if (refusal) granted(refusal);
    return c.json(await accountJson(db, caller, origin, now), 200);
  });
