// Runs one of the installed command line tools to completion; prints nothing if it succeeds and throws with its output if not.

import { spawn } from "node:child_process";
import { privately } from "./child.ts";
import { ROOT } from "./paths.ts";

const SHOWN_LINES = 30;

export async function runTool(
  purpose: string,
  script: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<void> {
  const options = { cwd: ROOT, env: { ...process.env, NO_COLOR: "1", ...env } };
  const child = privately(() =>
    spawn(process.execPath, [script, ...args], { ...options, stdio: ["ignore", "pipe", "pipe"] }),
  );
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  if (code === 0) return;
  throw new Error(`${purpose} failed:\n${output.trimEnd().split("\n").slice(-SHOWN_LINES).join("\n")}`);
}
