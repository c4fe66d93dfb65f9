// Whether node_modules matches package-lock.json. Compares contents, not times: a checkout touches times.

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** npm writes node_modules/.package-lock.json when an install has finished; it lists what is there. */
export function lockfileIsInstalled(root) {
  const wanted = packagesOf(join(root, "package-lock.json"));
  const present = packagesOf(join(root, "node_modules", ".package-lock.json"));
  return wanted !== null && present !== null && covers(present, wanted);
}

/** Optional packages may be absent: most of them are builds for other platforms. */
export function covers(present, wanted) {
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === "" || present[path]?.version === entry.version || (entry.optional && !present[path]),
  );
}

/** How many packages npm fetches for this machine: builds for other platforms are left out. */
export function packagesToInstall(root = ".") {
  const fits = (wanted, own) => !wanted || wanted.includes(own);
  const entries = Object.entries(packagesOf(join(root, "package-lock.json")) ?? {});
  return entries.filter(
    ([path, { os, cpu }]) => path !== "" && fits(os, process.platform) && fits(cpu, process.arch),
  ).length;
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return null;
  }
}
