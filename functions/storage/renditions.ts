// A stored picture in a smaller size as WebP, for pages that show many. Only the original, with its recipe inside, is stored; renditions are
// kept in the data centre's cache alone, and where the binding fails the original is served instead.

import type { Env } from "../env.ts";
import { blobKey } from "./blobs.ts";

/** How long a data centre keeps one; the bytes of a hash never change. */
const CACHE = "public, max-age=31536000, immutable";

/**
 * Null where there is none: no Images binding, or a picture that it does not take. Who may see the picture is the caller's question: the
 * cache is asked by hash, under an address that no route has.
 */
export async function renditionOf(
  env: Env,
  sha256: string,
  width: number,
  defer: (work: Promise<unknown>) => void,
): Promise<ArrayBuffer | null> {
  if (!env.IMAGES) return null;
  const key = `https://renditions.invalid/${sha256}/${width}.webp`;
  const kept = await caches.default.match(key);
  if (kept) return kept.arrayBuffer();
  const object = await env.BLOBS.get(blobKey(sha256));
  if (!object) return null;
  try {
    const drawn = await env.IMAGES.input(object.body)
      .transform({ width, fit: "scale-down" })
      .output({ format: "image/webp" });
    const made = drawn.response();
    if (!made.ok) return null;
    const bytes = await made.arrayBuffer();
    const headers = { "content-type": "image/webp", "cache-control": CACHE };
    defer(caches.default.put(key, new Response(bytes, { headers })));
    return bytes;
  } catch {
    // The binding refuses what it cannot decode, and throws when its quota is used up.
    return null;
  }
}
