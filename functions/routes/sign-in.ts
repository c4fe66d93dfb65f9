// Sign-in methods of an account, under /v1/account: sessions, passkeys, password, address. Signing in itself is better-auth's, under /auth.

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import {
  AccountSession,
  AuthMethods,
  EmailChange,
  EmailConfirm,
  EmailConfirmed,
  EmailSent,
  Passkey,
  PasskeyPatch,
  PasswordChange,
} from "../../schema/contract/sign-in.ts";
import { token } from "../../schema/contract/text.ts";
import { hasGitHub } from "../auth/auth.ts";
import { passwordNotice } from "../auth/email-texts.ts";
import { askEmailChange, confirmEmailChange, verifyAgain } from "../auth/emails.ts";
import { countEmail, sendEmail } from "../auth/mail.ts";
import { listPasskeys, removePasskey, renamePasskey } from "../auth/passkeys.ts";
import { changePassword, provenCaller } from "../auth/passwords.ts";
import { endAllSessions, endSession, listSessions } from "../auth/sessions.ts";
import { granted } from "../lib/refusal.ts";
import { active, callerWith, sessionOf } from "../rights/rights.ts";
import { idParam, jsonBody, jsonReply, noQuery, router } from "./app.ts";

const tags = ["account"];
const middleware = noQuery;
const oneSession = idParam("session", token(64));
const onePasskey = idParam("passkey", token(64));

const methods = createRoute({
  method: "get",
  path: "/v1/auth-methods",
  summary: "List the sign-in methods of this server",
  tags,
  middleware,
  responses: { 200: jsonReply("What this server is set up for", AuthMethods) },
});
const sessions = createRoute({
  method: "get",
  path: "/v1/account/sessions",
  summary: "List your sessions",
  tags,
  middleware,
  responses: {
    200: jsonReply("Your sessions, last seen first", z.object({ items: z.array(AccountSession) })),
  },
});
const signOutOne = createRoute({
  method: "delete",
  path: "/v1/account/sessions/{session}",
  summary: "End one session",
  tags,
  middleware,
  request: { params: oneSession },
  responses: { 204: { description: "Ended" } },
});
const signOutAll = createRoute({
  method: "delete",
  path: "/v1/account/sessions",
  summary: "Sign out everywhere",
  description: "Ends this session too. API keys go on until they are revoked.",
  tags,
  middleware,
  responses: { 204: { description: "Signed out" } },
});
const passkeys = createRoute({
  method: "get",
  path: "/v1/account/passkeys",
  summary: "List your passkeys",
  tags,
  middleware,
  responses: { 200: jsonReply("Your passkeys, oldest first", z.object({ items: z.array(Passkey) })) },
});
const rename = createRoute({
  method: "patch",
  path: "/v1/account/passkeys/{passkey}",
  summary: "Rename a passkey",
  tags,
  middleware,
  request: { params: onePasskey, body: jsonBody(PasskeyPatch) },
  responses: { 200: jsonReply("The passkey", Passkey) },
});
const remove = createRoute({
  method: "delete",
  path: "/v1/account/passkeys/{passkey}",
  summary: "Remove a passkey",
  tags,
  middleware,
  request: { params: onePasskey },
  responses: { 204: { description: "Removed" } },
});
const password = createRoute({
  method: "post",
  path: "/v1/account/password",
  summary: "Change your password",
  description:
    "Signs out every other session. An account without a password gets one, within an hour of its sign-in.",
  tags,
  middleware,
  request: { body: jsonBody(PasswordChange) },
  responses: { 204: { description: "Changed" } },
});
const verification = createRoute({
  method: "post",
  path: "/v1/account/verification",
  summary: "Resend the verification email",
  tags,
  middleware,
  responses: { 202: jsonReply("The email is on its way", EmailSent) },
});
const email = createRoute({
  method: "post",
  path: "/v1/account/email",
  summary: "Change your email address",
  description: "Sends a link to the new address. The present one stays until that link is followed.",
  tags,
  middleware,
  request: { body: jsonBody(EmailChange) },
  responses: { 202: jsonReply("The email is on its way", EmailSent) },
});
const confirm = createRoute({
  method: "post",
  path: "/v1/account/email/confirm",
  summary: "Confirm your new email address",
  tags,
  middleware,
  request: { body: jsonBody(EmailConfirm) },
  responses: { 200: jsonReply("The address is changed and verified", EmailConfirmed) },
});

/** Removes the session cookies from the browser. */
const CLEAR_COOKIES = { "clear-site-data": '"cookies"' };

export const signIn = router()
  .openapi(methods, (c) => c.json({ password: true, passkey: true, github: hasGitHub(c.env) } as const, 200))
  .openapi(sessions, async (c) => {
    const caller = granted(sessionOf(c.var.caller));
    return c.json({ items: await listSessions(c.var.db, caller, c.var.now) }, 200);
  })
  .openapi(signOutOne, async (c) => {
    const caller = granted(sessionOf(c.var.caller));
    const refusal = await endSession(c.var.db, caller, c.req.valid("param").session);
    if (refusal) granted(refusal);
    return c.body(null, 204);
  })
  .openapi(signOutAll, async (c) => {
    await endAllSessions(c.var.db, granted(sessionOf(c.var.caller)));
    return c.body(null, 204, CLEAR_COOKIES);
  })
  .openapi(passkeys, async (c) => {
    const caller = granted(callerWith(c.var.caller, "read"));
    return c.json({ items: await listPasskeys(c.var.db, caller) }, 200);
  })
  .openapi(rename, async (c) => {
    const caller = granted(active(granted(sessionOf(c.var.caller))));
    const { passkey } = c.req.valid("param");
    return c.json(granted(await renamePasskey(c.var.db, caller, passkey, c.req.valid("json").name)), 200);
  })
  .openapi(remove, async (c) => {
    const caller = granted(sessionOf(c.var.caller));
    const refusal = await removePasskey(c.var.db, caller, c.req.valid("param").passkey);
    if (refusal) granted(refusal);
    return c.body(null, 204);
  })
  .openapi(password, async (c) => {
    const { db, now, origin } = c.var;
    const caller = granted(sessionOf(c.var.caller));
    const refusal = await changePassword({ env: c.env, db, caller, now }, c.req.valid("json"));
    if (refusal) granted(refusal);
    if (await countEmail(db, caller.id, now)) {
      const message = passwordNotice(caller, `${origin}/account/reset/`);
      c.executionCtx.waitUntil(sendEmail(c.env, message));
    }
    return c.body(null, 204);
  })
  .openapi(verification, async (c) => {
    const { db, now, origin } = c.var;
    const caller = granted(sessionOf(c.var.caller));
    return c.json(granted(await verifyAgain({ env: c.env, db, caller, origin, now })), 202);
  })
  .openapi(email, async (c) => {
    const { db, now, origin } = c.var;
    const input = c.req.valid("json");
    const caller = granted(active(granted(sessionOf(c.var.caller))));
    granted(await provenCaller({ env: c.env, db, caller, now }, input.password));
    return c.json(granted(await askEmailChange({ env: c.env, db, caller, origin, now }, input.email)), 202);
  })
  .openapi(confirm, async (c) => {
    const caller = granted(sessionOf(c.var.caller));
    const { token } = c.req.valid("json");
    return c.json(granted(await confirmEmailChange(c.var.db, caller, token, c.var.now)), 200);
  });
