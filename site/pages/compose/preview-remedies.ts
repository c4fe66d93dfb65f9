// What to do when a preview failed.

import type { FailureKind } from "../../preview/messages.ts";

export const PREVIEW_REMEDIES: Record<FailureKind, string> = {
  download: "The preview's files did not arrive. What has arrived is kept; the next change tries again.",
  adapter: "An adapter could not be used in the preview. Generate says whether it can be drawn at all.",
  prompt: "The prompt does not fit the canvas: take a person out or choose a wider size.",
  nobody: "No member is in the prompt. People without an adapter appear with Generate only.",
  memory: "This device ran out of memory. Close other tabs, or press Generate, which runs on a server.",
  internal: "The preview broke off. The next change tries again; Generate runs on a server.",
};
