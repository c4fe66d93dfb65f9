// The preview's files: fetched once with progress, kept in the Cache API under content-addressed names.

import type { Shapes } from "./shapes.ts";

/** One file as the build laid it out: in parts, because a static asset may not exceed 25 MiB. */
export interface FileParts {
  parts: readonly { url: string; bytes: number }[];
}

/** Everything a preview of one base needs. Made at build time: site/build/preview-files.ts. */
export interface PreviewFiles {
  shapes: Shapes;
  /** The WebAssembly runtime: its binary, and the script that loads it. */
  wasm: FileParts;
  loader: string;
  text: FileParts;
  denoiser: FileParts;
  sharpener: FileParts;
  weights: FileParts;
  sharpenerWeights: FileParts;
  world: FileParts;
}

export type FileName = Exclude<keyof PreviewFiles, "loader" | "shapes">;
const NAMES: readonly FileName[] = [
  ...(["wasm", "text", "denoiser", "sharpener", "weights", "sharpenerWeights", "world"] as const),
];
const CACHE = "orthoplex-preview";

export class DownloadFailed extends Error {}

const partsOf = (files: PreviewFiles) => NAMES.flatMap((name) => files[name].parts);

export function totalBytes(files: PreviewFiles): number {
  return partsOf(files).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Whether every file is in the cache already; false where there is no cache. */
export async function allKept(files: PreviewFiles): Promise<boolean> {
  const cache = await openCache();
  if (!cache) return false;
  const found = await Promise.all(partsOf(files).map(({ url }) => cache.match(url)));
  return found.every((response) => response !== undefined);
}

/** Loads all files. `onBytes` receives how many bytes have arrived. Throws DownloadFailed, or the signal's reason. */
export async function download(
  files: PreviewFiles,
  signal: AbortSignal,
  onBytes: (received: number) => void,
): Promise<Record<FileName, Uint8Array<ArrayBuffer>>> {
  const cache = await openCache();
  let received = 0;
  const arrived = (bytes: number) => {
    received += bytes;
    onBytes(received);
  };
  const entries: [FileName, Uint8Array<ArrayBuffer>][] = [];
  for (const name of NAMES) {
    const { parts } = files[name];
    const whole = new Uint8Array(parts.reduce((sum, { bytes }) => sum + bytes, 0));
    let at = 0;
    for (const { url, bytes } of parts) {
      const part = whole.subarray(at, at + bytes);
      const kept = await cache?.match(url);
      await readInto(part, kept ?? (await ask(url, signal)), signal, arrived);
      // A full disk must not prevent the preview.
      if (cache && !kept) await cache.put(url, new Response(part)).catch(() => {});
      at += bytes;
    }
    entries.push([name, whole]);
  }
  await deleteOthers(cache, files);
  return Object.fromEntries(entries) as Record<FileName, Uint8Array<ArrayBuffer>>;
}

async function ask(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal }).catch(() => {
    signal.throwIfAborted();
    throw new DownloadFailed("The connection broke.");
  });
  if (!response.ok) throw new DownloadFailed(`The server answered ${response.status} for ${url}.`);
  return response;
}

async function readInto(
  part: Uint8Array,
  response: Response,
  signal: AbortSignal,
  arrived: (bytes: number) => void,
): Promise<void> {
  const reader = response.body?.getReader();
  let at = 0;
  try {
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
      signal.throwIfAborted();
      if (at + read.value.length > part.length) break;
      part.set(read.value, at);
      at += read.value.length;
      arrived(read.value.length);
    }
  } catch {
    signal.throwIfAborted();
    throw new DownloadFailed("The connection broke.");
  }
  if (at !== part.length) throw new DownloadFailed(`${response.url} has not the size it should have.`);
}

/** Private windows and insecure origins may have no cache. */
async function openCache(): Promise<Cache | null> {
  try {
    return "caches" in globalThis ? await caches.open(CACHE) : null;
  } catch {
    return null;
  }
}

/** Deletes files of a base that has been replaced. */
async function deleteOthers(cache: Cache | null, files: PreviewFiles): Promise<void> {
  if (!cache) return;
  const wanted = new Set(partsOf(files).map(({ url }) => new URL(url, location.origin).href));
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
}
