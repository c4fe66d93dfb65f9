// The module that workerd runs under `npm run dev`: it evaluates the bundle that DEV_CODE hands out, again whenever that has changed, and
// passes every event on to it. Restarting workerd instead would take seconds. Never deployed, because it runs whatever code this machine gives
// it.

import * as workers from "cloudflare:workers";

const RUNTIME = { "cloudflare:workers": workers };
/** Packages, evaluated once: name -> exports. */
let packages;
/** The product's own code as it was last evaluated. */
let app = { version: "", exports: undefined };
/** Durable Objects made since that: their id -> the binding they are reached by. */
const objects = new Map();

export default {
  fetch: async (request, env, context) => (await present(env)).default.fetch(request, env, context),
  queue: async (batch, env, context) => (await present(env)).default.queue(batch, env, context),
  scheduled: async (event, env, context) => (await present(env)).default.scheduled(event, env, context),
};

export const Bell = durableObject("Bell", "BELL");
export const JobLive = durableObject("JobLive", "JOB_LIVE");

/** The exports of functions/index.ts, of the newest bundle that built. */
async function present(env) {
  const response = await env.DEV_CODE.fetch(`http://code/functions?have=${app.version}`);
  if (response.status === 204) return app.exports;
  const version = response.headers.get("x-version");
  const code = await response.text();
  const packagesCode =
    packages === undefined ? await (await env.DEV_CODE.fetch("http://code/packages")).text() : "";
  // Another request may have evaluated it meanwhile.
  if (version === app.version) return app.exports;
  packages ??= evaluate(env, packagesCode, "packages.js").packages;
  app = { version, exports: evaluate(env, code, "functions.js") };
  const stale = [...objects];
  objects.clear();
  await Promise.allSettled(
    stale.map(([id, binding]) => env[binding].get(env[binding].idFromString(id)).endForReload()),
  );
  return app.exports;
}

/** What is still waiting inside an object fails then, as it does when a Worker is deployed; the next call makes it anew. */
function endForReload() {
  this.ctx.abort("The Worker's code has changed.");
}

function durableObject(name, binding) {
  return class extends workers.DurableObject {
    constructor(state, env) {
      super(state, env);
      // An alarm may come before the first request; workerd tries it again.
      if (app.exports === undefined) throw new Error("The Worker's code is not there yet.");
      objects.set(state.id.toString(), binding);
      const object = new app.exports[name](state, env);
      // Calls reach methods of the prototype only.
      Object.getPrototypeOf(object).endForReload ??= endForReload;
      // biome-ignore lint/correctness/noConstructorReturn: the object is one of the bundle's class
      return object;
    }
  };
}

function evaluate(env, code, name) {
  const module = { exports: {} };
  env.DEV_EVAL.newFunction(code, name, "module", "exports", "require")(module, module.exports, required);
  return module.exports;
}

function required(name) {
  const found = RUNTIME[name] ?? packages?.[name] ?? process.getBuiltinModule(name);
  if (found === undefined) throw new Error(`${name} was not bundled; start npm run dev again.`);
  return found;
}
