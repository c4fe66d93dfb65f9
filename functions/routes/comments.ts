// Comments on adapters and mixes: read by anyone, written by people, hidden by the owner of their target.

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { Name } from "../../schema/contract/adapters.ts";
import { Handle, idOf } from "../../schema/contract/ids.ts";
import { pageOf, pageQuery } from "../../schema/contract/lists.ts";
import { Comment, CommentCreate, CommentPatch, Reply } from "../../schema/contract/people.ts";
import { granted } from "../lib/refusal.ts";
import { commentJson, readerOf, repliesOf, threadsOf } from "../people/comment-list.ts";
import {
  deleteComment,
  editComment,
  findComment,
  findPlaced,
  hideComment,
  writeComment,
} from "../people/comments.ts";
import { findTarget, openTarget, type TargetKind } from "../people/targets.ts";
import { callerWith } from "../rights/rights.ts";
import { idParam, jsonBody, jsonReply, noQuery, router } from "./app.ts";
import { idempotent } from "./idempotent.ts";

const params = z.object({ owner: Handle, name: Name });
const commentParam = idParam("comment", idOf("cmt"));
const page = z.strictObject(pageQuery);
const tags = ["people"];

const THINGS = { adapter: "adapters", mix: "mixes" } as const;
const pathOf = <K extends TargetKind>(kind: K) => `/v1/${THINGS[kind]}/{owner}/{name}/comments` as const;

const list = <K extends TargetKind>(kind: K) =>
  createRoute({
    method: "get",
    path: pathOf(kind),
    summary: "Comments, newest first, each with its newest answers",
    tags,
    request: { params, query: page },
    responses: { 200: jsonReply("A page of comments", pageOf(Comment)) },
  });

const write = <K extends TargetKind>(kind: K) =>
  createRoute({
    method: "post",
    path: pathOf(kind),
    summary: "Write a comment, or answer one",
    tags,
    middleware: [noQuery, idempotent("publish")],
    request: { params, body: jsonBody(CommentCreate) },
    responses: { 201: jsonReply("The comment", Comment) },
  });

const replies = createRoute({
  method: "get",
  path: "/v1/comments/{comment}/replies",
  summary: "All answers to a comment, newest first",
  tags,
  request: { params: commentParam, query: page },
  responses: { 200: jsonReply("A page of answers", pageOf(Reply)) },
});

const edit = createRoute({
  method: "patch",
  path: "/v1/comments/{comment}",
  summary: "Change your comment, within 15 minutes",
  tags,
  middleware: noQuery,
  request: { params: commentParam, body: jsonBody(CommentPatch) },
  responses: { 200: jsonReply("The comment", Comment) },
});

const remove = createRoute({
  method: "delete",
  path: "/v1/comments/{comment}",
  summary: "Delete your comment; its answers stay",
  tags,
  middleware: noQuery,
  request: { params: commentParam },
  responses: { 204: { description: "Deleted" } },
});

const setHidden = <A extends "hide" | "unhide">(act: A) =>
  createRoute({
    method: "post",
    path: `/v1/comments/{comment}/${act}` as const,
    summary: act === "hide" ? "Hide a comment on your adapter or mix" : "Show a hidden comment again",
    tags,
    middleware: noQuery,
    request: { params: commentParam },
    responses: { 200: jsonReply("The comment", Comment) },
  });

/** The two routes of a thread, for each kind of target. */
function threads(kind: TargetKind) {
  return router()
    .openapi(list(kind), async (c) => {
      const { db, viewer: caller } = c.var;
      const { owner, name } = c.req.valid("param");
      const target = granted(await findTarget({ db, caller }, kind, owner, name));
      const reader = readerOf(caller, target.ownerId, c.var);
      return c.json(granted(await threadsOf(db, reader, target.id, c.req.valid("query"))), 200);
    })
    .openapi(write(kind), async (c) => {
      const { db, now } = c.var;
      const caller = granted(callerWith(c.var.caller, "publish"));
      const { owner, name } = c.req.valid("param");
      const target = granted(openTarget(await findTarget({ db, caller }, kind, owner, name)));
      const row = granted(await writeComment({ db, caller, now }, target, c.req.valid("json")));
      const reader = readerOf(caller, target.ownerId, c.var);
      return c.json(await commentJson(db, reader, row.id), 201);
    });
}

export const comments = router()
  .route("/", threads("adapter"))
  .route("/", threads("mix"))
  .openapi(replies, async (c) => {
    const { db, viewer: caller } = c.var;
    const placed = granted(await findPlaced(db, caller, c.req.valid("param").comment));
    const reader = readerOf(caller, placed.targetOwnerId, c.var);
    return c.json(granted(await repliesOf(db, reader, placed.comment.id, c.req.valid("query"))), 200);
  })
  .openapi(edit, async (c) => {
    const { db, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const placed = granted(await findComment(db, caller, c.req.valid("param").comment));
    granted(await editComment({ db, caller, now }, placed, c.req.valid("json").body));
    const reader = readerOf(caller, placed.targetOwnerId, c.var);
    return c.json(await commentJson(db, reader, placed.comment.id), 200);
  })
  .openapi(remove, async (c) => {
    const { db } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const placed = granted(await findComment(db, caller, c.req.valid("param").comment));
    granted(await deleteComment(db, caller, placed));
    return c.body(null, 204);
  })
  .openapi(setHidden("hide"), async (c) => {
    const { db } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const placed = granted(await findComment(db, caller, c.req.valid("param").comment));
    granted(await hideComment(db, caller, placed, true));
    const reader = readerOf(caller, placed.targetOwnerId, c.var);
    return c.json(await commentJson(db, reader, placed.comment.id), 200);
  })
  .openapi(setHidden("unhide"), async (c) => {
    const { db } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const placed = granted(await findComment(db, caller, c.req.valid("param").comment));
    granted(await hideComment(db, caller, placed, false));
    const reader = readerOf(caller, placed.targetOwnerId, c.var);
    return c.json(await commentJson(db, reader, placed.comment.id), 200);
  });
