// Packs the command line as an npm package: one bundled JavaScript file without dependencies, which runs on Node 20 or newer outside a
// checkout. Its name, version and licence are those of the repository's package.json.

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { ROOT } from "../local/paths.ts";
import { npmCommand } from "../setup/npm.mjs";

const PROGRAM = "orthoplex.mjs";
const NODE_MIN = 20;

const README = `# orthoplex
The command line of Orthoplex, a marketplace of orthogonal adapters for text-to-image models.

\`\`\`sh
export ORTHOPLEX_URL=https://your.orthoplex.example
npx orthoplex login
npx orthoplex search ivy
npx orthoplex generate "<ivy> smiling" -a orthoplex/ivy --size 256x256
npx orthoplex help
\`\`\`
`;

/** Builds the package in `folder` and packs it; returns the path of the archive. */
export async function packCli(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Package;
  const inside = join(folder, "package");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(inside, { recursive: true });
  await build({
    root: ROOT,
    configFile: false,
    logLevel: "warn",
    define: { ORTHOPLEX_VERSION: JSON.stringify(version) },
    ssr: { noExternal: true },
    build: {
      ssr: join(ROOT, "scripts/cli/main.ts"),
      outDir: inside,
      emptyOutDir: false,
      copyPublicDir: false,
      target: `node${NODE_MIN}`,
      rolldownOptions: {
        output: { entryFileNames: PROGRAM, banner: "#!/usr/bin/env node", codeSplitting: false },
      },
    },
  });
  chmodSync(join(inside, PROGRAM), 0o755);
  copyFileSync(join(ROOT, "LICENSE"), join(inside, "LICENSE"));
  writeFileSync(join(inside, "README.md"), README);
  const about = {
    name,
    version,
    description: "The command line of Orthoplex: find, draw with and publish orthogonal adapters.",
    license,
    type: "module",
    bin: { [name]: PROGRAM },
    files: [PROGRAM],
    engines: { node: `>=${NODE_MIN}` },
  };
  writeFileSync(join(inside, "package.json"), `${JSON.stringify(about, null, 2)}\n`);
  const [npm = "npm", ...before] = npmCommand();
  execFileSync(npm, [...before, "pack", "--pack-destination", folder, "--loglevel=error"], {
    cwd: inside,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return join(folder, `${name}-${version}.tgz`);
}

type Package = { name: string; version: string; license: string };
