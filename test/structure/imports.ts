// Reads the imports of a tree of TypeScript or Python files as a graph of paths. Types count: they tie files together as values do.

import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** `import ... from`, `export ... from`, `import "..."`, `import("...")`: relative ones alone. */
const TYPESCRIPT = /(?:^(?:import|export)\b[^;"']*?\bfrom\s*|^import\s*|\bimport\()["'](\.[^"']+)["']/gm;
const PYTHON = /^[ \t]*(?:from (\.*[\w.]+|\.+) import (\([^)]*\)|[^\n#]+)|import ([\w.]+))/gm;

export function typescriptGraph(root: string, folders: readonly string[]): Graph {
  const files = folders.flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root }));
  const known = new Set(files.map((file) => normalize(file)));
  return new Map(
    [...known].map((file) => {
      const text = withoutComments(readFileSync(join(root, file), "utf8"));
      const targets = [...text.matchAll(TYPESCRIPT)].map(([, to = ""]) => normalize(join(dirname(file), to)));
      return [file, new Set(targets.filter((to) => known.has(to)))];
    }),
  );
}

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");

/** Files of one package, its imports absolute or relative; imports inside functions too. */
export function pythonGraph(root: string, folder: string): Graph {
  const top = folder.split("/").at(-1) ?? "";
  const files = new Set(globSync("**/*.py", { cwd: join(root, folder) }).map((file) => normalize(file)));
  const fileOf = (parts: readonly string[]) =>
    [`${parts.join("/")}.py`, [...parts, "__init__.py"].join("/")].find((file) => files.has(file));
  return new Map(
    [...files].map((file) => {
      const here = dirname(file) === "." ? [] : dirname(file).split("/");
      const targets = new Set<string>();
      for (const [, from, names = "", plain] of readFileSync(join(root, folder, file), "utf8").matchAll(
        PYTHON,
      )) {
        const module = moduleParts(from ?? plain ?? "", here, top);
        if (module === null) continue;
        const imported = names
          .replace(/[()]/g, "")
          .split(",")
          .map((name) => name.trim().split(" ")[0] ?? "");
        for (const name of [...imported, ""]) {
          const target = fileOf(name === "" ? module : [...module, name]);
          if (target !== undefined && target !== file) targets.add(target);
        }
      }
      return [file, targets];
    }),
  );
}

/** The parts of a module's path below the package; null where it is another package's. */
function moduleParts(module: string, here: readonly string[], top: string): string[] | null {
  const dots = /^\.*/.exec(module)?.[0].length ?? 0;
  const parts = module.slice(dots).split(".").filter(Boolean);
  if (dots > 0) return [...here.slice(0, here.length - (dots - 1)), ...parts];
  return parts[0] === top ? parts.slice(1) : null;
}

/** Groups of nodes that reach one another: Tarjan's strongly connected components of more than one node. */
export function circles(graph: Graph): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): void => {
    index.set(node, index.size);
    low.set(node, index.get(node) ?? 0);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node) ?? 0, low.get(next) ?? 0));
    }
    if (low.get(node) !== index.get(node)) return;
    const circle = stack.splice(stack.indexOf(node));
    if (circle.length > 1) found.push(circle.sort());
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return found;
}

/** The same graph between the folders that `folderOf` names. */
export function byFolder(graph: Graph, folderOf: (file: string) => string): Graph {
  const folders = new Map<string, Set<string>>();
  for (const [file, targets] of graph) {
    const from = folderOf(file);
    const out = folders.get(from) ?? new Set();
    folders.set(from, out);
    for (const target of targets) if (folderOf(target) !== from) out.add(folderOf(target));
  }
  return folders;
}

/** Imports that do not lead to a lower floor, and folders that stand on none. The first floor is the lowest. */
export function againstFloors(
  graph: Graph,
  folderOf: (file: string) => string,
  floors: string[][],
): string[] {
  const floorOf = new Map(floors.flatMap((names, floor) => names.map((name) => [name, floor])));
  const faults = new Set<string>();
  for (const [file, targets] of graph) {
    const from = floorOf.get(folderOf(file));
    if (from === undefined) faults.add(`${folderOf(file)} is on no floor`);
    for (const target of targets) {
      const to = floorOf.get(folderOf(target));
      if (from === undefined || to === undefined || folderOf(file) === folderOf(target) || to < from)
        continue;
      faults.add(`${file} imports ${target}`);
    }
  }
  return [...faults].sort();
}
