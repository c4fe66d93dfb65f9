// Watches a folder and its subfolders, each with a watcher of its own: Node's recursive watch follows files, and loses one that an editor or
// git replaces.

import { type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";

/** `changed` is given the path of each file or folder that was written, made, replaced or removed. Returns what ends it. */
export function watchTree(root: string, changed: (path: string) => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  const add = (folder: string) => {
    if (watchers.has(folder)) return;
    const watcher = watch(folder, (_event, name) => {
      if (name === null) return;
      const path = join(folder, name);
      if (isFolder(path)) addAll(path);
      changed(path);
    });
    // The folder was removed.
    watcher.on("error", () => unwatch(folder));
    watchers.set(folder, watcher);
  };
  const unwatch = (folder: string) => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  const addAll = (folder: string) => {
    add(folder);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isDirectory() && entry.name !== "__pycache__") add(join(entry.parentPath, entry.name));
    }
  };
  addAll(root);
  return () => {
    for (const folder of [...watchers.keys()]) unwatch(folder);
  };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
