// Whether this browser can run the preview, with how many threads, and if not what to do about it.

export type Capability = { able: true; threads: number } | { able: false; reason: string; remedy: string };

const THREADS_MAX = 4;
/** A module that uses one SIMD instruction; the runtime needs SIMD. */
const SIMD = new Uint8Array([
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
]);

const NEWER_BROWSER =
  "Use a current Chrome, Edge, Firefox or Safari, or press Generate: that works everywhere.";

export function capability(): Capability {
  if (typeof WebAssembly === "undefined" || typeof Worker === "undefined") {
    return {
      able: false,
      reason: "WebAssembly is switched off or missing in this browser.",
      remedy: `Some strict security modes switch it off. ${NEWER_BROWSER}`,
    };
  }
  if (!WebAssembly.validate(SIMD)) {
    return {
      able: false,
      reason: "This browser or processor lacks WebAssembly SIMD.",
      remedy: NEWER_BROWSER,
    };
  }
  // Threads need shared memory, which browsers allow on cross-origin isolated pages only.
  const isolated = globalThis.crossOriginIsolated === true && typeof SharedArrayBuffer !== "undefined";
  const cores = navigator.hardwareConcurrency || 1;
  return { able: true, threads: isolated ? Math.max(1, Math.min(THREADS_MAX, cores - 1)) : 1 };
}
