// Likes, follows, comments, notifications, and remixes of an adapter.

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { Adapter, Name } from "../../schema/contract/adapters.ts";
import { Handle } from "../../schema/contract/ids.ts";
import { pageOf, pageQuery } from "../../schema/contract/lists.ts";
import { Mix } from "../../schema/contract/mixes.ts";
import {
  Follow,
  Follower,
  Like,
  Liked,
  NotificationPage,
  NotificationsRead,
  UnreadCount,
  UsedWith,
} from "../../schema/contract/people.ts";
import { adaptersJson } from "../catalog/adapter-json.ts";
import { findAdapter } from "../catalog/adapters.ts";
import { mixesJson } from "../compose/mix-json.ts";
import { granted } from "../lib/refusal.ts";
import { feedOf, findPerson, follow, followersOf, followOf, unfollow } from "../people/follows.ts";
import { like, likedBy, likeOf, unlike } from "../people/likes.ts";
import { markRead, notificationsOf } from "../people/notification-list.ts";
import { remixesOf, usedWith } from "../people/remixes.ts";
import { findTarget, openTarget, type TargetKind } from "../people/targets.ts";
import { callerWith } from "../rights/rights.ts";
import { jsonBody, jsonReply, noQuery, router } from "./app.ts";
import { comments } from "./comments.ts";

const params = z.object({ owner: Handle, name: Name });
const handleParam = z.object({ handle: Handle });
const page = z.strictObject(pageQuery);
const tags = ["people"];

const THINGS = { adapter: "adapters", mix: "mixes" } as const;
const likePath = <K extends TargetKind>(kind: K) => `/v1/${THINGS[kind]}/{owner}/{name}/like` as const;
const likeRoute = <M extends "get" | "put" | "delete", K extends TargetKind>(method: M, kind: K) =>
  createRoute({
    method,
    path: likePath(kind),
    summary: { get: "Get whether you like it", put: "Like", delete: "Remove your like" }[method],
    tags,
    middleware: noQuery,
    request: { params },
    responses: { 200: jsonReply("Your like, and how many there are", Like) },
  });

const followRoute = <M extends "get" | "put" | "delete">(method: M) =>
  createRoute({
    method,
    path: "/v1/users/{handle}/follow",
    summary: { get: "Get whether you follow this person", put: "Follow", delete: "Unfollow" }[method],
    tags,
    middleware: noQuery,
    request: { params: handleParam },
    responses: { 200: jsonReply("Whether you follow, and how many do", Follow) },
  });

const followersRoute = <S extends "followers" | "following">(side: S) =>
  createRoute({
    method: "get",
    path: `/v1/users/{handle}/${side}` as const,
    summary: side === "followers" ? "List who follows this person" : "List whom this person follows",
    tags,
    request: { params: handleParam, query: page },
    responses: { 200: jsonReply("A page of people, newest first", pageOf(Follower)) },
  });

const myLikes = createRoute({
  method: "get",
  path: "/v1/account/likes",
  summary: "List what you like",
  tags,
  request: { query: page },
  responses: { 200: jsonReply("A page of likes, newest first", pageOf(Liked)) },
});

const feed = createRoute({
  method: "get",
  path: "/v1/account/feed",
  summary: "List what the people you follow have published",
  tags,
  request: { query: page },
  responses: { 200: jsonReply("A page of adapters, newest first", pageOf(Adapter)) },
});

const notifications = createRoute({
  method: "get",
  path: "/v1/account/notifications",
  summary: "List your notifications",
  tags,
  request: { query: z.strictObject({ unread: z.literal("true").optional(), ...pageQuery }) },
  responses: { 200: jsonReply("A page of notifications, newest first", NotificationPage) },
});

const read = createRoute({
  method: "post",
  path: "/v1/account/notifications/read",
  summary: "Mark notifications as read",
  tags,
  middleware: noQuery,
  request: { body: jsonBody(NotificationsRead) },
  responses: { 200: jsonReply("How many are unread now", UnreadCount) },
});

const remixes = createRoute({
  method: "get",
  path: "/v1/adapters/{owner}/{name}/remixes",
  summary: "Published compositions with this adapter",
  tags,
  request: { params, query: page },
  responses: { 200: jsonReply("A page of compositions, newest first", pageOf(Mix)) },
});

const companions = createRoute({
  method: "get",
  path: "/v1/adapters/{owner}/{name}/used-with",
  summary: "List the adapters that this one is most often composed with",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("Most compositions first", z.object({ items: z.array(UsedWith) })) },
});

/** The three routes of a like, for each kind of target. */
function likesOf(kind: TargetKind) {
  return router()
    .openapi(likeRoute("get", kind), async (c) => {
      const { db, viewer: caller } = c.var;
      const { owner, name } = c.req.valid("param");
      return c.json(
        await likeOf(db, caller, granted(await findTarget({ db, caller }, kind, owner, name))),
        200,
      );
    })
    .openapi(likeRoute("put", kind), async (c) => {
      const { db, now } = c.var;
      const caller = granted(callerWith(c.var.caller, "publish"));
      const { owner, name } = c.req.valid("param");
      const target = granted(openTarget(await findTarget({ db, caller }, kind, owner, name)));
      return c.json(await like(db, caller, target, now), 200);
    })
    .openapi(likeRoute("delete", kind), async (c) => {
      const { db } = c.var;
      const caller = granted(callerWith(c.var.caller, "publish"));
      const { owner, name } = c.req.valid("param");
      return c.json(
        await unlike(db, caller, granted(await findTarget({ db, caller }, kind, owner, name))),
        200,
      );
    });
}

const follows = router()
  .openapi(followRoute("get"), async (c) => {
    const { db, viewer: caller } = c.var;
    const person = granted(await findPerson(db, c.req.valid("param").handle));
    return c.json(await followOf(db, caller, person), 200);
  })
  .openapi(followRoute("put"), async (c) => {
    const { db, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const person = granted(await findPerson(db, c.req.valid("param").handle));
    return c.json(granted(await follow(db, caller, person, now)), 200);
  })
  .openapi(followRoute("delete"), async (c) => {
    const { db } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const person = granted(await findPerson(db, c.req.valid("param").handle));
    return c.json(await unfollow(db, caller, person), 200);
  })
  .openapi(followersRoute("followers"), async (c) => {
    const { db, origin } = c.var;
    const person = granted(await findPerson(db, c.req.valid("param").handle));
    return c.json(granted(await followersOf({ db, origin }, person, "followers", c.req.valid("query"))), 200);
  })
  .openapi(followersRoute("following"), async (c) => {
    const { db, origin } = c.var;
    const person = granted(await findPerson(db, c.req.valid("param").handle));
    return c.json(granted(await followersOf({ db, origin }, person, "following", c.req.valid("query"))), 200);
  });

export const people = router()
  .route("/", likesOf("adapter"))
  .route("/", likesOf("mix"))
  .route("/", follows)
  .route("/", comments)
  .openapi(myLikes, async (c) => {
    const { db, origin } = c.var;
    const caller = granted(callerWith(c.var.caller, "read"));
    return c.json(granted(await likedBy(db, caller, c.req.valid("query"), origin)), 200);
  })
  .openapi(feed, async (c) => {
    const { db, origin } = c.var;
    const caller = granted(callerWith(c.var.caller, "read"));
    const found = granted(await feedOf(db, caller, c.req.valid("query")));
    return c.json({ ...found, items: await adaptersJson(db, found.items, caller, origin) }, 200);
  })
  .openapi(notifications, async (c) => {
    const { db, origin } = c.var;
    const caller = granted(callerWith(c.var.caller, "read"));
    return c.json(granted(await notificationsOf(db, caller, c.req.valid("query"), origin)), 200);
  })
  .openapi(read, async (c) => {
    const { db, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    return c.json({ unread_count: await markRead(db, caller, c.req.valid("json"), now) }, 200);
  })
  .openapi(remixes, async (c) => {
    const { db, viewer: caller, origin } = c.var;
    const { owner, name } = c.req.valid("param");
    const adapter = granted(await findAdapter(db, caller, owner, name));
    const found = granted(await remixesOf(db, caller, adapter, c.req.valid("query")));
    return c.json({ ...found, items: await mixesJson(db, found.items, caller, origin) }, 200);
  })
  .openapi(companions, async (c) => {
    const { db, viewer: caller, origin } = c.var;
    const { owner, name } = c.req.valid("param");
    const adapter = granted(await findAdapter(db, caller, owner, name));
    return c.json({ items: await usedWith(db, caller, adapter, origin) }, 200);
  });
