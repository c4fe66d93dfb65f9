// Saves pictures as files: one, or all of them in a zip. The bytes are the device's copy, else the server's.

import type { Result } from "../../workspace/document.ts";
import type { Store } from "../../workspace/store.ts";

export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has read the address once the click's task is over.
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}

export async function bytesOfResult({ image }: Pick<Result, "image">, store: Store): Promise<Blob | null> {
  const kept = await store.picture(image.id);
  if (kept) return kept;
  const response = await fetch(image.url, { credentials: "same-origin" }).catch(() => null);
  return response?.ok ? response.blob() : null;
}

export const fileNameOf = ({ image }: Pick<Result, "image">) =>
  `orthoplex-${image.seed ?? image.id}-${image.id.slice(-6)}.png`;

export async function saveAll(results: readonly Result[], store: Store, name: string): Promise<void> {
  const { zipSync } = await import("fflate");
  const files: Record<string, Uint8Array> = {};
  for (const result of results) {
    const bytes = await bytesOfResult(result, store);
    if (bytes) files[fileNameOf(result)] = new Uint8Array(await bytes.arrayBuffer());
  }
  // PNG files are compressed already.
  const packed = new Uint8Array(zipSync(files, { level: 0 }));
  saveBlob(new Blob([packed], { type: "application/zip" }), `${name}.zip`);
}
