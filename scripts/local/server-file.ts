// .local/server.json: how scripts find the server of `npm start`. It exists only while that server is ready.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { isRunning } from "./child.ts";
import { LOCAL } from "./paths.ts";
import { readJson, writePrivately } from "./secrets.ts";
import { answers } from "./worker.ts";

const FILE = join(LOCAL, "server.json");

export type ServerFile = { url: string; api_key: string; email: string; password: string; pid: number };

export function writeServerFile(file: ServerFile): void {
  writePrivately(FILE, `${JSON.stringify(file, null, 2)}\n`);
}

export function removeServerFile(): void {
  rmSync(FILE, { force: true });
}

/** The server that is running now, or null; a file left by one that was killed does not count. */
export async function runningServer(): Promise<ServerFile | null> {
  const file = readJson<ServerFile>(FILE);
  return file && isRunning(file.pid) && (await answers(file.url)) ? file : null;
}
