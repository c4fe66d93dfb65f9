// Registers the service worker (site/public/sw.js) that opens the compose page without a network, once the preview's files are on the device.

export async function keepOffline(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("/sw.js");
    const { active } = await navigator.serviceWorker.ready;
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
    active?.postMessage({ keep: ["/compose/", "/theme.js", ...loaded] });
  } catch {
    // Private windows and some settings refuse service workers; the page then needs its network.
  }
}
