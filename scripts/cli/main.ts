// The command line: finds the command, parses its options, prints errors. Results go to stdout, everything else to stderr.
// Exit codes: 0 success, 1 refused or failed, 2 usage error, 141 where the reader of the results has gone. With --json an error is one JSON
// object: the API's own, or a `code` and a `detail`.

import { parseArgs } from "node:util";
import { ApiError } from "../../schema/client/index.ts";
import { account } from "./account.ts";
import { catalog } from "./catalog.ts";
import { type Command, GLOBAL_OPTIONS, UsageError } from "./command.ts";
import { generation } from "./generate.ts";
import { removeEmptyFolders } from "./output.ts";
import { publishing } from "./publishing.ts";
import { say } from "./terminal.ts";
import { version } from "./version.ts";

const COMMANDS: Record<string, Command> = { ...account, ...catalog, ...publishing, ...generation };

function overview(): string {
  const lines = Object.values(COMMANDS).map(({ usage, about }) => `  ${usage}\n      ${about}`);
  return [
    "orthoplex: the command line of the marketplace of orthogonal adapters",
    "",
    ...lines,
    "",
    "All commands: --json (the API's own answer), --url and --key (else ORTHOPLEX_URL and ORTHOPLEX_API_KEY, else what `login` saved).",
    "orthoplex COMMAND --help shows a command's options, orthoplex --version prints the version.",
  ].join("\n");
}

function helpOf(command: Command): string {
  const options = Object.entries(command.options ?? {}).map(
    ([name, { hint, type }]) => `  --${name}${type === "string" ? " …" : ""}`.padEnd(24) + hint,
  );
  return [
    `orthoplex ${command.usage}`,
    `  ${command.about}`,
    ...(options.length ? ["", ...options] : []),
  ].join("\n");
}

async function run(argv: string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(`${overview()}\n`);
    return name === undefined ? 2 : 0;
  }
  if (name === "--version" || name === "-v") {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  const command = COMMANDS[name];
  if (!command) throw new UsageError(`There is no command "${name}".`);
  const { values, positionals } = parsed(command, rest);
  if (values.help) {
    process.stdout.write(`${helpOf(command)}\n`);
    return 0;
  }
  await command.run(positionals, values);
  return 0;
}

function parsed(command: Command, args: string[]) {
  try {
    return parseArgs({ args, options: { ...GLOBAL_OPTIONS, ...command.options }, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nUsage: orthoplex ${command.usage}`);
  }
}

/** As a signal ends other programs: 128 + SIGPIPE. */
const READER_GONE = 141;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(READER_GONE);
});

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError;
  if (process.argv.includes("--json")) say(JSON.stringify(problemOf(error)));
  else {
    say(`✗ ${messageOf(error)}`);
    if (isUsage) say("orthoplex --help lists the commands.");
  }
  process.exitCode = isUsage ? 2 : 1;
} finally {
  removeEmptyFolders();
}

/** What programs read: as far as the API has answered, its answer. */
function problemOf(error: unknown): object {
  if (error instanceof ApiError && error.problem) return error.problem;
  const code = error instanceof UsageError ? "usage" : "failed";
  const status = error instanceof ApiError ? { status: error.status } : {};
  return { code, ...status, detail: messageOf(error) };
}

function messageOf(error: unknown): string {
  if (error instanceof TypeError && error.cause instanceof Error) {
    return `The server cannot be reached (${error.cause.message || (error.cause as { code?: string }).code}).`;
  }
  return error instanceof Error ? error.message : String(error);
}
