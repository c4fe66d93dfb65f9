// Emits Scalar's script, which scripts/setup/reference.mjs fetched, into the build under a name with a content hash.
// The page of the API reference imports its address as the module `virtual:reference-file`.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const FILE = join(import.meta.dirname, "..", "..", ".local", "vendor", "scalar.js");
const ID = "virtual:reference-file";
const RESOLVED = `\0${ID}`;

export function referenceFile(): Plugin {
  return {
    name: "orthoplex-reference-file",
    resolveId: (id) => (id === ID ? RESOLVED : null),
    load(id) {
      if (id !== RESOLVED) return null;
      if (!existsSync(FILE)) throw new Error("Scalar's script is missing. Run `node scripts/setup.mjs`.");
      const source = readFileSync(FILE);
      const digest = createHash("sha256").update(source).digest("hex").slice(0, 16);
      const fileName = `assets/scalar-${digest}.js`;
      this.emitFile({ type: "asset", fileName, source });
      return `export const referenceScript = ${JSON.stringify(`/${fileName}`)};`;
    },
  };
}
