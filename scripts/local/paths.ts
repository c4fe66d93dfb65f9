// Paths in a checkout, and the home folder in which one local server keeps its files.

import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..", "..");
export const LOCAL = join(ROOT, ".local");
export const SEEDS = join(ROOT, "gpu-runner", "seeds");
export const VENV_PYTHON = join(ROOT, ".venv", "bin", "python");
export const WRANGLER = join(ROOT, "node_modules", "wrangler", "bin", "wrangler.js");
export const VITE = join(ROOT, "node_modules", "vite", "bin", "vite.js");

/** Everything one server writes is below its home: `.local` for `npm start`, a temporary folder for tests and the demo. */
export type Home = { path: string; state: string; secrets: string; logs: string; children: string };

export function homeAt(path: string): Home {
  return {
    path,
    state: join(path, "state"),
    secrets: join(path, "secrets"),
    logs: join(path, "logs"),
    children: join(path, "children"),
  };
}
