// login, logout, whoami.

import { Orthoplex } from "../../schema/client/index.ts";
import { type Command, connection, keyedApi, UsageError } from "./command.ts";
import { configPath, deleteConfig, writeConfig } from "./config.ts";
import { askSecret, say, show } from "./terminal.ts";

const login: Command = {
  usage: "login [--url URL]",
  about: "saves an API key; prompts for it, or reads it from a pipe",
  run: async (args, values) => {
    if (args.length > 0)
      throw new UsageError("A key on the command line would stay in the shell's history: leave it out.");
    const { url } = connection(values);
    const given = typeof values.key === "string" ? values.key : await askSecret(`Key for ${url}: `);
    if (!/^opx_\S+$/.test(given))
      throw new UsageError("A key begins with opx_. Create one on the account page.");
    const me = await new Orthoplex({ url, key: given }).get("/v1/account");
    const path = writeConfig({ url, key: given });
    show(values, me, () => [
      `Signed in at ${url} as ${me.handle} (${me.scopes.join(", ")}); saved in ${path}`,
    ]);
  },
};

const logout: Command = {
  usage: "logout",
  about: "deletes the saved key; revoke it on the account page if others may know it",
  run: async () => {
    say(deleteConfig() ? `Deleted: ${configPath()}` : "No key was saved.");
  },
};

const whoami: Command = {
  usage: "whoami",
  about: "the account, scopes and quotas of the key",
  run: async (_args, values) => {
    const me = await keyedApi(values).get("/v1/account");
    const { queued_jobs, queued_jobs_max, bytes_stored, bytes_stored_max } = me.usage;
    const gib = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(2)} GiB`;
    show(values, me, () => [
      `${me.handle} (${me.name})`,
      `scopes  ${me.scopes.join(", ")}`,
      `jobs    ${queued_jobs} of ${queued_jobs_max} waiting or running`,
      `stored  ${gib(bytes_stored)} of ${gib(bytes_stored_max)}`,
    ]);
  },
};

export const account: Record<string, Command> = { login, logout, whoami };
