// The Hono app: middleware, mounted routes, the one onError. `AppType` is its type, for typed clients.

// First: it extends zod, and schemas made before that would lack the extension.
import "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import { JSON_BODY_MAX_BYTES } from "../schema/contract/limits.ts";
import { authFor } from "./auth/auth.ts";
import { FOREIGN_WRITE, identify, isForeignWrite } from "./auth/caller.ts";
import { isOpen } from "./auth/open-paths.ts";
import { withProblem } from "./auth/refusals.ts";
import { begin } from "./context.ts";
import { allowedMethods } from "./lib/allowed-methods.ts";
import { faultOf, logLine } from "./lib/log.ts";
import { problemResponse, refusalOf } from "./lib/problem.ts";
import { deny, Refusal } from "./lib/refusal.ts";
import { account } from "./routes/account.ts";
import { adapters } from "./routes/adapters.ts";
import { router } from "./routes/app.ts";
import { bases, knowBases } from "./routes/bases.ts";
import { catalog } from "./routes/catalog.ts";
import { collections } from "./routes/collections.ts";
import { civitai, civitaiRefusal } from "./routes/compat/civitai.ts";
import { openAi } from "./routes/compat/openai.ts";
import { outputs } from "./routes/compat/outputs.ts";
import { replicateFiles, replicateFileUpload } from "./routes/compat/replicate-files.ts";
import { replicateModels } from "./routes/compat/replicate-models.ts";
import { replicatePredictions, replicateStream } from "./routes/compat/replicate-predictions.ts";
import { replicateTrainings } from "./routes/compat/replicate-trainings.ts";
import { compositions } from "./routes/compositions.ts";
import { generations } from "./routes/generations.ts";
import { hashes } from "./routes/hashes.ts";
import { images } from "./routes/images.ts";
import { mcp } from "./routes/mcp.ts";
import { metrics } from "./routes/metrics.ts";
import { mixes } from "./routes/mixes.ts";
import { moderation } from "./routes/moderation.ts";
import { describe } from "./routes/openapi.ts";
import { operations } from "./routes/operations.ts";
import { people } from "./routes/people.ts";
import { pictures } from "./routes/pictures.ts";
import { preconditions } from "./routes/preconditions.ts";
import { profiles } from "./routes/profiles.ts";
import { privateByDefault, publicHost, siteFiles } from "./routes/public-host.ts";
import { rawOf, readableBody, readableQuery } from "./routes/readable-request.ts";
import { allowKeyOrigins, EXPOSED_HEADERS, requestLog } from "./routes/request-log.ts";
import { runner, signedBlobs } from "./routes/runner.ts";
import { share } from "./routes/share.ts";
import { rateLimitHeaders, throttle } from "./routes/throttle.ts";
import { trainings } from "./routes/trainings.ts";
import { uploadContent, uploads } from "./routes/uploads.ts";
import { versions } from "./routes/versions.ts";
import { webhooks } from "./routes/webhooks.ts";

const TOO_LARGE = new Refusal("body_too_large", `A JSON body has at most ${JSON_BODY_MAX_BYTES} bytes.`);

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY"];
/** Our own API and the compatible ones. Clients of Civitai's API send Civitai's keys, so no caller is looked up there. */
const OPEN_PATHS = ["/v1/*", "/openai/*", "/replicate/*", "/api/*", "/mcp"];

/** Clients of Civitai's API expect its error body, all others ours. */
const answerTo = (path: string, refusal: Refusal) =>
  path.startsWith("/api/") ? civitaiRefusal(refusal) : problemResponse(refusal, path);

const app = router();
app.use(begin);
app.use(requestLog);
app.use(publicHost);
app.use(siteFiles);
app.use(privateByDefault);
// What is made to be embedded says so itself (lib/range.ts).
app.use(secureHeaders({ overwrite: false }));
// Any page may call the API with a secret key, pages of its origins with a publishable one; a session cookie is never sent along, for credentials are not allowed.
for (const path of OPEN_PATHS) {
  app.use(path, cors({ origin: "*", allowMethods: METHODS, exposeHeaders: EXPOSED_HEADERS, maxAge: 86_400 }));
  app.use(path, allowKeyOrigins, rateLimitHeaders, throttle);
}
app.use("/auth/*", throttle);
for (const path of [...OPEN_PATHS, "/auth/*", "/runner/*"]) app.use(path, readableQuery, preconditions);

// Signed URLs need no caller and may carry large bodies: they come before callers and the body limit.
app.route("/", uploadContent);
app.route("/", signedBlobs);
app.route("/", outputs);
for (const prefix of ["/replicate/v1", "/v1"]) {
  app.route("/", replicateStream(prefix));
  app.route("/", replicateFileUpload(prefix, prefix === "/v1"));
}

app.use(bodyLimit({ maxSize: JSON_BODY_MAX_BYTES, onError: (c) => answerTo(c.req.path, TOO_LARGE) }));
app.use(readableBody);
app.on(["GET", "POST"], "/auth/*", async (c, next) => {
  if (!isOpen(c.req.method, c.req.path)) return next();
  // Signing somebody in or out from another site's page wants no cookie, so it is refused without one as well.
  if (isForeignWrite(c.req.raw, c.var.origin)) deny(FOREIGN_WRITE);
  const background = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
  const auth = authFor(c.env, c.var.db, c.var.origin, background);
  return withProblem(await auth.handler(await rawOf(c.req)), c.req.path);
});
for (const path of ["/v1/*", "/runner/*", "/openai/*", "/replicate/*", "/mcp"]) app.use(path, identify);
// Sites' files came before; whatever comes now may name a base.
app.use(knowBases);

const typed = app
  .route("/", bases)
  .route("/", catalog)
  .route("/", adapters)
  .route("/", hashes)
  .route("/", versions)
  .route("/", uploads)
  .route("/", compositions)
  .route("/", mixes)
  .route("/", pictures)
  .route("/", collections)
  .route("/", people)
  .route("/", profiles)
  .route("/", moderation)
  .route("/", generations)
  .route("/", trainings)
  .route("/", webhooks)
  .route("/", operations)
  .route("/", images)
  .route("/", account)
  .route("/", runner);

app.route("/", metrics);
// Pages to share; a page asks the API for the rest itself.
app.route("/", share);

// Compatible APIs. A path that another API shares with ours is ours.
app.route("/", openAi("/openai/v1", false));
app.route("/", openAi("/v1", true));
for (const prefix of ["/replicate/v1", "/v1"]) {
  const isAlias = prefix === "/v1";
  app.route("/", replicatePredictions(prefix, isAlias));
  app.route("/", replicateModels(prefix, isAlias, !isAlias));
  app.route("/", replicateFiles(prefix, isAlias));
}
app.route("/", replicateTrainings("/replicate/v1"));
app.route("/", civitai);
app.route("/", mcp(app.fetch));

let described: { origin: string; document: ReturnType<typeof describe> } | undefined;
app.get("/v1/openapi.json", (c) => {
  const { origin } = c.var;
  if (described?.origin !== origin) described = { origin, document: describe(app, origin) };
  return c.json(described.document);
});
app.notFound((c) => {
  const { method, path } = c.req;
  const allowed = allowedMethods(app.router, path);
  if (allowed.length === 0 || allowed.includes(method))
    return answerTo(path, new Refusal("not_found", "There is no such address."));
  const detail = `${path} takes ${allowed.join(", ")}.`;
  const response = answerTo(path, new Refusal("method_not_allowed", detail));
  response.headers.set("allow", allowed.join(", "));
  return response;
});
app.onError((error, c) => {
  const refusal = refusalOf(error);
  if (refusal.code === "internal") {
    const { method, path } = c.req;
    logLine("error", "unexpected_error", {
      request_id: c.var.requestId,
      method,
      path,
      ...c.var.about,
      fault: faultOf(error),
    });
  }
  return answerTo(c.req.path, refusal);
});

export type AppType = typeof typed;
export { app };
