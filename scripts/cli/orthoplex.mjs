#!/usr/bin/env node
// `npx orthoplex ...`: runs main.ts with a Node that can execute TypeScript: the repository's own where the current one is too old.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const own = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url));
const program = existsSync(own) ? own : process.execPath;
const main = fileURLToPath(new URL("main.ts", import.meta.url));
const { status, signal } = spawnSync(program, [main, ...process.argv.slice(2)], { stdio: "inherit" });
process.exitCode = signal ? 130 : (status ?? 1);
