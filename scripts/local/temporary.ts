// A temporary server: free port, state in a temporary folder that is deleted with it. Starts from the seeded state where one is kept.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { homeAt } from "./paths.ts";
import { anyFreePort } from "./ports.ts";
import { copySeeded } from "./seeded.ts";
import { type LocalServer, type ServerOptions, startServer } from "./server.ts";

export async function startTemporaryServer({
  runners,
  settings = {},
  addressGiven = false,
  signal,
  say,
}: Pick<ServerOptions, "runners" | "settings" | "addressGiven" | "signal" | "say">): Promise<
  LocalServer & { logs: string }
> {
  const home = homeAt(mkdtempSync(join(tmpdir(), "orthoplex-")));
  const remove = () => rmSync(home.path, { recursive: true, force: true });
  try {
    copySeeded(home);
    const port = await anyFreePort();
    const server = await startServer({ home, port, runners, settings, addressGiven, signal, say });
    const end = async () => {
      await server.end();
      remove();
    };
    return { ...server, logs: home.logs, end };
  } catch (error) {
    remove();
    throw error;
  }
}
