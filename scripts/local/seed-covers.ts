// Generates the covers of the seeded mixes with the runner that has been started, one after another at low priority, while the server is
// already in use. Their owners share them, too. A mix whose cover fails shows its members' portraits.

import { ApiError } from "../../schema/client/index.ts";
import { mixesToCover, type Publishers } from "./seed.ts";

const CELL = 256;

/** Returns how many mixes have got a cover. */
export async function coverMixes(publishers: Publishers, signal: AbortSignal): Promise<number> {
  let covered = 0;
  try {
    for (const { api, params, ref, mix } of await mixesToCover(publishers)) {
      const size = `${CELL * mix.members.length}x${CELL}`;
      const body = { mix: ref, prompt: mix.prompt, seed: mix.seed, size, priority: "low" as const };
      const job = await api.finished(await api.post("/v1/generations", { body }), () =>
        signal.throwIfAborted(),
      );
      const [image] = job.result?.images ?? [];
      if (!image) continue;
      await api.patch("/v1/mixes/{owner}/{name}", { params, body: { cover_image_id: image.id } });
      await api.post("/v1/pictures", { body: { image_id: image.id } });
      covered += 1;
    }
  } catch (error) {
    // The server ends, or an account has used up its credits: the rest is tried at the next start.
    if (!signal.aborted && !(error instanceof ApiError)) throw error;
  }
  return covered;
}
