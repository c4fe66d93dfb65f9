// The Worker of `npm run dev` as a process: workerd with shell.js, which takes up each change of functions/ or schema/ without a restart.
// Bindings are those of wrangler.toml, storage is that of `npm start`. A change of wrangler.toml or of a package needs a restart.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs, parseEnv } from "node:util";
import { convertV4MiniflareOptions, Miniflare, Response, type V4WorkerOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { ROOT } from "../paths.ts";
import { Bundle } from "./bundle.ts";

const { values } = parseArgs({
  options: {
    ip: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "8788" },
    "persist-to": { type: "string", default: join(ROOT, ".local", "state") },
    "env-file": { type: "string" },
    var: { type: "string", multiple: true, default: [] },
  },
});

const bundle = await Bundle.start();
const { workerOptions } = unstable_getMiniflareWorkerOptions(join(ROOT, "wrangler.toml"));
const { modulesRules: _, ...own } = workerOptions as V4WorkerOptions;
const shell = join(import.meta.dirname, "shell.js");
const worker = new Miniflare(
  convertV4MiniflareOptions({
    host: values.ip,
    port: Number(values.port),
    // The folder that `wrangler dev --persist-to` makes in the one it is given.
    resourcePersistencePath: join(values["persist-to"], "v3"),
    handleStructuredLogs: ({ message }) => console.log(bundle.readable(message)),
    workers: [
      {
        ...own,
        modules: [{ type: "ESModule", path: shell, contents: readFileSync(shell, "utf8") }],
        modulesRoot: import.meta.dirname,
        bindings: { ...own.bindings, ...settings() },
        serviceBindings: { DEV_CODE: giveCode },
        unsafeEvalBinding: "DEV_EVAL",
      },
    ],
  }),
);
const url = await worker.ready;
const load = () => fetch(new URL("/v1/bases", url)).then((response) => response.text());
await load();
bundle.watch((outcome) => {
  if (outcome instanceof Error) return console.error(`functions/ does not build:\n${outcome.message}`);
  console.log(`Built functions/ again in ${Math.round(outcome)} ms`);
  load().catch((error) => console.error(error));
});
for (const name of ["SIGTERM", "SIGINT"] as const) {
  process.on(name, () => void worker.dispose().then(() => process.exit(0)));
}

/** Secrets and settings of the env file and the command line, as `wrangler dev` reads them. */
function settings(): Record<string, string> {
  const file = values["env-file"];
  const fromFile = file === undefined ? {} : parseEnv(readFileSync(file, "utf8"));
  const given = values.var.map((pair) => [
    pair.slice(0, pair.indexOf(":")),
    pair.slice(pair.indexOf(":") + 1),
  ]);
  return { ...(fromFile as Record<string, string>), ...Object.fromEntries(given) };
}

/** What shell.js asks for. */
async function giveCode(request: { url: string }): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/packages") return new Response(bundle.packagesCode);
  const { version, code } = await bundle.present();
  if (searchParams.get("have") === version) return new Response(null, { status: 204 });
  return new Response(code, { headers: { "x-version": version } });
}
