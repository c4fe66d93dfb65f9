// The steps from an opened file to a draft version.

import type { Adapter, Reply, Version } from "../../api.ts";
import { publishing } from "../../api-publish.ts";
import { type Sending, sendFile } from "./sending.ts";

/** Creates the adapter if there is none, takes its slot (`slot` null: it has none), uploads the bytes, creates the version: skips each step that an earlier attempt has done. */
export async function sendVersion(
  { file, slot }: { file: File; slot: number | null },
  target: Adapter | null,
  input: () => Parameters<typeof publishing.createAdapter>[0],
  more: {
    changelog: string;
    words?: string;
    onMade: (adapter: Adapter) => void;
    onProgress: (sending: Sending) => void;
  },
): Promise<Reply<Version>> {
  const adapter: Reply<Adapter> = target
    ? { ok: true, value: target }
    : await publishing.createAdapter(input());
  if (!adapter.ok) return adapter;
  more.onMade(adapter.value);
  const { ref } = adapter.value;
  if (slot !== null) {
    const reserved = await publishing.reserveSlot(ref, { slot });
    if (!reserved.ok) return reserved;
  }
  const upload = await sendFile(file, more.onProgress);
  if (!upload.ok) return upload;
  return publishing.createVersion(ref, {
    upload_id: upload.value.id as `upl_${string}`,
    changelog: more.changelog,
    ...(more.words !== undefined && { words: more.words }),
  });
}
