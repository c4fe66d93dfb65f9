// Service worker: once the browser's preview was turned on, the compose page opens and previews without a network. Files with a content hash
// come from the cache first, everything else from the network first. Nothing that belongs to an account is kept.

const CACHE = "orthoplex-offline";
/** Named by their content: what is there never changes. */
const FIXED = /^\/(assets|preview)\//;
/** What the compose page asks for: its own document, public facts of bases and adapters, and adapter files. */
const KEPT =
  /^\/(compose\/$|theme\.js$|favicon\.svg$|v1\/bases(\/.*)?$|v1\/adapters\/[^/]+\/[^/]+$|v1\/versions\/[^/]+\/download$)/;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

// The page names what it had loaded before this worker could see it.
addEventListener("message", (event) => {
  if (!Array.isArray(event.data?.keep)) return;
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      const named = new Set(event.data.keep.map((url) => new URL(url, location.origin).pathname));
      for (const { url } of await cache.keys()) {
        const { pathname } = new URL(url);
        // An earlier version of the site.
        if (pathname.startsWith("/assets/") && !named.has(pathname)) await cache.delete(pathname);
      }
      for (const url of event.data.keep) {
        const { origin, pathname } = new URL(url, location.origin);
        if (origin !== location.origin || !(FIXED.test(pathname) || KEPT.test(pathname))) continue;
        if (!(await cache.match(pathname))) await cache.add(pathname).catch(() => {});
      }
    })(),
  );
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (FIXED.test(pathname)) event.respondWith(cacheFirst(request, pathname));
  else if (KEPT.test(pathname)) event.respondWith(networkFirst(request, pathname));
});

async function cacheFirst(request, pathname) {
  const cache = await caches.open(CACHE);
  const kept = (await cache.match(pathname)) ?? (await caches.match(request));
  if (kept) return kept;
  const response = await fetch(request);
  // The preview keeps its own tens of megabytes; only the runtime's script is imported past it.
  const isKeptElsewhere = pathname.startsWith("/preview/") && !pathname.endsWith(".mjs");
  if (response.ok && !isKeptElsewhere) await cache.put(pathname, response.clone());
  return response;
}

async function networkFirst(request, pathname) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(pathname, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(pathname);
    if (kept) return kept;
    throw error;
  }
}
