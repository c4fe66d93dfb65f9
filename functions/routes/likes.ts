// Likes of adapters, mixes and shared pictures: three routes of each, and the list of what one likes.

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { Name } from "../../schema/contract/adapters.ts";
import { Handle, idOf } from "../../schema/contract/ids.ts";
import { pageOf, pageQuery } from "../../schema/contract/lists.ts";
import { Like, type LikeableKind, Liked } from "../../schema/contract/people.ts";
import { granted } from "../lib/refusal.ts";
import { like, likedBy, likeOf, unlike } from "../people/likes.ts";
import { findLikeable, openTarget } from "../people/targets.ts";
import { callerWith } from "../rights/rights.ts";
import { idParam, jsonReply, noQuery, router } from "./app.ts";

const tags = ["people"];
const named = z.object({ owner: Handle, name: Name });
const PLACES = {
  adapter: { path: "/v1/adapters/{owner}/{name}/like", params: named },
  mix: { path: "/v1/mixes/{owner}/{name}/like", params: named },
  picture: { path: "/v1/pictures/{picture}/like", params: idParam("picture", idOf("pic")) },
} as const;

const route = <M extends "get" | "put" | "delete", K extends LikeableKind>(method: M, kind: K) =>
  createRoute({
    method,
    path: PLACES[kind].path,
    summary: { get: "Get whether you like it", put: "Like", delete: "Remove your like" }[method],
    tags,
    middleware: noQuery,
    request: { params: PLACES[kind].params },
    responses: { 200: jsonReply("Your like, and how many there are", Like) },
  });

const mine = createRoute({
  method: "get",
  path: "/v1/account/likes",
  summary: "List what you like",
  tags,
  request: { query: z.strictObject(pageQuery) },
  responses: { 200: jsonReply("A page of likes, newest first", pageOf(Liked)) },
});

/** The three routes of a like, for each kind of target. */
function likesOf(kind: LikeableKind) {
  return router()
    .openapi(route("get", kind), async (c) => {
      const { db, viewer: caller } = c.var;
      const target = granted(await findLikeable({ db, caller }, kind, c.req.param()));
      return c.json(await likeOf(db, caller, target), 200);
    })
    .openapi(route("put", kind), async (c) => {
      const { db, now } = c.var;
      const caller = granted(callerWith(c.var.caller, "publish"));
      const target = granted(openTarget(await findLikeable({ db, caller }, kind, c.req.param())));
      return c.json(await like(db, caller, target, now), 200);
    })
    .openapi(route("delete", kind), async (c) => {
      const { db } = c.var;
      const caller = granted(callerWith(c.var.caller, "publish"));
      const target = granted(await findLikeable({ db, caller }, kind, c.req.param()));
      return c.json(await unlike(db, caller, target), 200);
    });
}

export const likes = router()
  .route("/", likesOf("adapter"))
  .route("/", likesOf("mix"))
  .route("/", likesOf("picture"))
  .openapi(mine, async (c) => {
    const { db, origin } = c.var;
    const caller = granted(callerWith(c.var.caller, "read"));
    return c.json(granted(await likedBy(db, caller, c.req.valid("query"), origin)), 200);
  });
