// Follows, notifications, and remixes of an adapter, with the routes of likes and comments.

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { Adapter, Name } from "../../schema/contract/adapters.ts";
import { Handle } from "../../schema/contract/ids.ts";
import { pageOf, pageQuery } from "../../schema/contract/lists.ts";
import { Mix } from "../../schema/contract/mixes.ts";
import {
  Follow,
  Follower,
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
import { markRead, notificationsOf } from "../people/notification-list.ts";
import { remixesOf, usedWith } from "../people/remixes.ts";
import { callerWith } from "../rights/rights.ts";
import { jsonBody, jsonReply, noQuery, router } from "./app.ts";
import { comments } from "./comments.ts";
import { likes } from "./likes.ts";

const params = z.object({ owner: Handle, name: Name });
const handleParam = z.object({ handle: Handle });
const page = z.strictObject(pageQuery);
const tags = ["people"];

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
  .route("/", likes)
  .route("/", follows)
  .route("/", comments)
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
