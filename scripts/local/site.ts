// Builds the site into dist/, unless none of its inputs has changed.

import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LOCAL, ROOT, VITE } from "./paths.ts";
import { digestOf, unlessDone } from "./stamp.ts";
import { runTool } from "./tool.ts";

const SOURCES = [
  ...["site/**", "functions/lib/**", "schema/contract/**", "schema/bases/**"],
  ...["vite.config.ts", "package-lock.json"],
  // Numbers and pictures of /method/.
  "docs/results/**",
  // Graphs and weights of the browser's preview.
  "gpu-runner/bases/**",
];
const STAMP = join(LOCAL, "stamps", "site");

export async function buildSite(): Promise<boolean> {
  if (!existsSync(join(ROOT, "dist", "index.html"))) rmSync(STAMP, { force: true });
  return unlessDone(STAMP, digestOf(SOURCES), () => runTool("Building the site", VITE, ["build"]));
}
