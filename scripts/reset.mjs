// npm run x -- reset: deletes everything the local server stored. Keeps what takes hours to compute, unless --all is given.

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const LOCAL = join(fileURLToPath(import.meta.url), "..", "..", ".local");
/** Pictures and checkpoints that the recipes of base models made, a folder each. */
const COSTLY = readdirSync(join(LOCAL, "..", "gpu-runner", "recipes"));

const serverFile = join(LOCAL, "server.json");
const server = existsSync(serverFile) && JSON.parse(readFileSync(serverFile, "utf8"));
if (server && isAlive(server.pid)) {
  console.error(`✗ Orthoplex is running (process ${server.pid}); stop it with Ctrl-C first.`);
  process.exit(1);
}
const all = process.argv.includes("--all");
const names = existsSync(LOCAL) ? readdirSync(LOCAL) : [];
const kept = all ? [] : names.filter((name) => COSTLY.includes(name));
const removed = names.filter((name) => !kept.includes(name));
for (const name of removed) rmSync(join(LOCAL, name), { recursive: true, force: true });
console.log(
  removed.length > 0 ? `Removed from .local: ${removed.join(", ")}.` : "Nothing to remove in .local.",
);
if (kept.length > 0) {
  console.log(
    `Kept: ${kept.join(", ")} (data of the base model's training; \`npm run x -- reset --all\` removes it too).`,
  );
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
