// Packs schema/client as the npm package @orthoplex/client: JavaScript, declarations and a README. Version and licence are those of the
// repository, its two dependencies those that the repository pins.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./local/paths.ts";
import { npmCommand } from "./setup/npm.mjs";

const SOURCE = join(ROOT, "schema", "client");
const DEPENDENCIES = ["eventsource-parser", "openapi-fetch"];
const COMPILER = [
  ...["--declaration", "--rewriteRelativeImportExtensions", "--skipLibCheck", "--strict"],
  ...["--module", "ESNext", "--moduleResolution", "Bundler", "--target", "ES2022", "--types", "node"],
  ...["--lib", "ES2023,DOM,DOM.Iterable,DOM.AsyncIterable"],
];

type Package = { version: string; license: string; devDependencies: Record<string, string> };

/** Builds the package in `folder`/package and packs it; returns the path of the archive. */
export function packClient(folder: string): string {
  const { version, license, devDependencies } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  ) as Package;
  const inside = join(folder, "package");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(inside, { recursive: true });
  const tsc = join(ROOT, "node_modules", "typescript7", "bin", "tsc");
  execFileSync(
    process.execPath,
    [tsc, ...COMPILER, "--ignoreConfig", "--outDir", inside, join(SOURCE, "index.ts")],
    { cwd: ROOT, stdio: "inherit" },
  );
  for (const name of readdirSync(inside).filter((file) => file.endsWith(".d.ts"))) {
    // The compiler rewrites extensions in JavaScript only.
    const text = readFileSync(join(inside, name), "utf8");
    writeFileSync(join(inside, name), text.replaceAll('"./openapi.ts"', '"./openapi.js"'));
  }
  copyFileSync(join(ROOT, "LICENSE"), join(inside, "LICENSE"));
  copyFileSync(join(SOURCE, "README.md"), join(inside, "README.md"));
  const about = {
    name: "@orthoplex/client",
    version,
    description: "The typed client of Orthoplex's API.",
    license,
    type: "module",
    exports: { ".": { types: "./index.d.ts", default: "./index.js" } },
    files: ["*.js", "*.d.ts"],
    engines: { node: ">=20" },
    dependencies: Object.fromEntries(DEPENDENCIES.map((name) => [name, devDependencies[name]])),
  };
  writeFileSync(join(inside, "package.json"), `${JSON.stringify(about, null, 2)}\n`);
  const [npm = "npm", ...before] = npmCommand();
  execFileSync(npm, [...before, "pack", "--pack-destination", folder, "--loglevel=error"], {
    cwd: inside,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return join(folder, `orthoplex-client-${version}.tgz`);
}
