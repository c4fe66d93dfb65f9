// /v1/pictures: generated pictures that their owners share with everybody: share, list, read and withdraw.

import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import { idOf } from "../../schema/contract/ids.ts";
import { pageOf } from "../../schema/contract/lists.ts";
import { PictureQuery, PictureShare, SharedPicture } from "../../schema/contract/pictures.ts";
import {
  type FoundPicture,
  findOwnPicture,
  findPicture,
  listPictures,
  pictureGone,
  picturesJson,
} from "../compose/pictures.ts";
import { sharePicture, withdrawPicture } from "../compose/share-picture.ts";
import type { App } from "../context.ts";
import { granted, refuse } from "../lib/refusal.ts";
import { callerWith, isOperator } from "../rights/rights.ts";
import { idParam, jsonBody, jsonReply, noQuery, router } from "./app.ts";
import { idempotent } from "./idempotent.ts";
import { ASKED_EACH_TIME, etagOfJson, isNamed, notModified, setCacheHeaders } from "./list-cache.ts";

const tags = ["pictures"];
const params = idParam("picture", idOf("pic"));

const list = createRoute({
  method: "get",
  path: "/v1/pictures",
  summary: "List shared pictures",
  tags,
  request: { query: PictureQuery },
  responses: {
    200: jsonReply("A page of pictures in the chosen order", pageOf(SharedPicture)),
    304: notModified,
  },
});

const share = createRoute({
  method: "post",
  path: "/v1/pictures",
  summary: "Share a generated picture",
  description:
    "Shows it to everybody with its whole recipe: prompts, seed, settings and adapters. A picture that is shared already is answered with 200.",
  tags,
  middleware: [noQuery, idempotent("publish")],
  request: { body: jsonBody(PictureShare) },
  responses: {
    201: jsonReply("The shared picture", SharedPicture),
    200: jsonReply("As it is shared already", SharedPicture),
  },
});

const get = createRoute({
  method: "get",
  path: "/v1/pictures/{picture}",
  summary: "Get a shared picture",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("The picture", SharedPicture) },
});

const withdraw = createRoute({
  method: "delete",
  path: "/v1/pictures/{picture}",
  summary: "Withdraw a shared picture; the generation keeps its own",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 204: { description: "Nobody else sees it" } },
});

async function oneJson(c: Context<App>, picture: FoundPicture): Promise<SharedPicture | null> {
  const [json] = await picturesJson(c.var.db, [picture], c.var.viewer, c.var.origin);
  return json ?? null;
}

export const pictures = router()
  .openapi(list, async (c) => {
    const { db, viewer, origin } = c.var;
    const page = granted(await listPictures(db, viewer, c.req.valid("query")));
    const body = { ...page, items: await picturesJson(db, page.items, viewer, origin) };
    const etag = await etagOfJson(body);
    setCacheHeaders(c, etag, ASKED_EACH_TIME);
    return isNamed(c, etag) ? c.body(null, 304) : c.json(body, 200);
  })
  .openapi(share, async (c) => {
    const { db, now, origin } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const sharing = { db, caller, now, isOperator: isOperator(caller, c.env) };
    const { picture, isNew } = granted(await sharePicture(sharing, c.req.valid("json")));
    // Its image may be gone again by now, with the account.
    const json = granted((await oneJson(c, picture)) ?? refuse("not_found", `${picture.id} is gone.`));
    c.header("location", `${origin}/v1/pictures/${picture.id}`);
    return isNew ? c.json(json, 201) : c.json(json, 200);
  })
  .openapi(get, async (c) => {
    const { db, viewer } = c.var;
    const picture = granted(await findPicture(db, viewer, c.req.valid("param").picture));
    const json = await oneJson(c, picture);
    return c.json(granted(json ?? (await pictureGone(db, picture))), 200);
  })
  .openapi(withdraw, async (c) => {
    const { db, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const picture = granted(await findOwnPicture(db, caller, c.req.valid("param").picture));
    await withdrawPicture(db, picture.id, now);
    return c.body(null, 204);
  });
