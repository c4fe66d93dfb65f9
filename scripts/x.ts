// npm run x -- NAME [arguments]: the commands that are needed less often. Without a name it lists them.

import { spawnSync } from "node:child_process";
import { ROOT } from "./local/paths.ts";

const node = (script: string, ...args: string[]) => [process.execPath, script, ...args];
const bin = (script: string, ...args: string[]) => node(`node_modules/${script}`, ...args);

const COMMANDS: Record<string, { about: string; command: string[] }> = {
  chaos: {
    about: "kills and freezes the Worker and its runners while jobs run, and checks that nothing was lost",
    command: node("scripts/chaos.ts"),
  },
  fuzz: {
    about: "generates requests from the OpenAPI document and validates every response",
    command: node("scripts/fuzz.ts"),
  },
  reset: {
    about: "deletes everything that the local server stored (--all: the base's training data too)",
    command: node("scripts/reset.mjs"),
  },
  schema: {
    about: "writes schema/contract/contract.json from the zod schemas",
    command: node("schema/write.ts"),
  },
  client: {
    about: "writes schema/openapi.json from the Worker's document, and the types of schema/client",
    command: node("scripts/generate-client.ts"),
  },
  migration: {
    about: "writes the next SQL migration from schema/tables.ts",
    command: bin("drizzle-kit/bin.cjs", "generate"),
  },
  migrate: {
    about: "applies migrations to the local database",
    command: bin(
      "wrangler/bin/wrangler.js",
      ...["d1", "migrations", "apply", "DB", "--local", "--persist-to", ".local/state"],
    ),
  },
};

const [name = "", ...args] = process.argv.slice(2);
const found = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (!found) {
  const lines = Object.entries(COMMANDS).map(([each, { about }]) => `  ${each.padEnd(12)}${about}`);
  const isHelp = name === "" || name === "--help" || name === "-h";
  (isHelp ? console.log : console.error)(
    `${isHelp ? "" : `✗ There is no command ${name}.\n\n`}npm run x -- NAME [arguments]\n${lines.join("\n")}`,
  );
  process.exitCode = isHelp ? 0 : 2;
} else {
  const [program = "", ...fixed] = found.command;
  const { status } = spawnSync(program, [...fixed, ...args], { cwd: ROOT, stdio: "inherit" });
  process.exitCode = status ?? 1;
}
