// The Worker's code for shell.js: the product's modules as one script, built again after each change, and the npm packages that they
// import as another, built once.

import { builtinModules, SourceMap } from "node:module";
import { resolve } from "node:path";
import { type BuildOptions, type BuildResult, build, context } from "esbuild";
import { ROOT } from "../paths.ts";
import { watchTree } from "../watch-tree.ts";

type Code = { version: string; code: string };
type Source = { folders: readonly string[]; rebuild: () => Promise<Built>; end: () => Promise<void> };
/** `packages` are the modules that the code takes from npm packages. */
type Built = { code: string; map: SourceMap; packages: string[] };

const ENTRY = "functions/index.ts";
const WATCHED = ["functions", "schema"];
const RUNTIME_MODULES = ["cloudflare:*", "node:*", ...builtinModules.filter((name) => !name.startsWith("_"))];
const SHARED = {
  absWorkingDir: ROOT,
  bundle: true,
  write: false,
  format: "cjs",
  target: "es2024",
  platform: "neutral",
  conditions: ["workerd", "worker", "browser"],
  mainFields: ["browser", "module", "main"],
  external: RUNTIME_MODULES,
  define: { "process.env.NODE_ENV": '"development"' },
  logLevel: "silent",
} satisfies BuildOptions;

export class Bundle {
  #built: Built;
  #present: Promise<Code>;
  readonly #source: Source;
  readonly #unwatch: (() => void)[] = [];
  readonly packagesCode: string;

  private constructor(built: Built, packagesCode: string, source: Source) {
    this.#built = built;
    this.packagesCode = packagesCode;
    this.#source = source;
    this.#present = Promise.resolve({ version: "1", code: built.code });
  }

  /** `entry` is a file of the repository; `folders` are watched. */
  static async start(entry = ENTRY, folders: readonly string[] = WATCHED): Promise<Bundle> {
    const own = await context({
      ...SHARED,
      entryPoints: [entry],
      packages: "external",
      outfile: "functions.js",
      sourcemap: "external",
      metafile: true,
    });
    const rebuild = async () => builtFrom(await own.rebuild());
    const built = await rebuild();
    return new Bundle(built, await packagesCode(built.packages), {
      rebuild,
      folders,
      end: () => own.dispose(),
    });
  }

  /** The newest code that builds; waits for a build that has begun. */
  present(): Promise<Code> {
    return this.#present;
  }

  /** Builds again after every change. `report` gets how long each build took, or why one failed; then the previous code stays. */
  watch(report: (outcome: number | Error) => void): void {
    let isAsked = false;
    const change = () => {
      if (isAsked) return;
      isAsked = true;
      this.#present = this.#present.then(async (before) => {
        isAsked = false;
        const begun = performance.now();
        try {
          const built = await this.#source.rebuild();
          if (built.code === before.code) return before;
          this.#built = built;
          report(performance.now() - begun);
          return { version: String(Number(before.version) + 1), code: built.code };
        } catch (error) {
          report(error instanceof Error ? error : new Error(String(error)));
          return before;
        }
      });
    };
    for (const folder of this.#source.folders) this.#unwatch.push(watchTree(resolve(ROOT, folder), change));
  }

  async end(): Promise<void> {
    for (const end of this.#unwatch) end();
    await this.#source.end();
  }

  /** A stack trace with files and lines of the source in place of the script's. */
  readable(text: string): string {
    return text.replace(/\bfunctions\.js:(\d+):(\d+)/g, (place, line, column) => {
      const entry = this.#built.map.findEntry(Number(line) - 1, Number(column) - 1);
      if (!("originalSource" in entry)) return place;
      return `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    });
  }
}

type OwnResult = BuildResult<{ write: false; metafile: true }>;

function builtFrom({ outputFiles, metafile }: OwnResult): Built {
  const textOf = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? "";
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
  const packages = imported
    .filter(({ external, path }) => external && !path.startsWith("node:") && !path.startsWith("cloudflare:"))
    .map(({ path }) => path);
  return {
    code: textOf("functions.js"),
    map: new SourceMap(JSON.parse(textOf("functions.js.map"))),
    packages: [...new Set(packages)].sort(),
  };
}

/** A script that exports `packages`: module name -> its exports. */
async function packagesCode(names: readonly string[]): Promise<string> {
  const lines = names.map((name, index) => `import * as package${index} from ${JSON.stringify(name)};`);
  const entries = names.map((name, index) => `${JSON.stringify(name)}: package${index}`);
  const contents = `${lines.join("\n")}\nexport const packages = { ${entries.join(", ")} };`;
  const { outputFiles } = await build({ ...SHARED, stdin: { contents, resolveDir: ROOT } });
  return outputFiles[0]?.text ?? "";
}
