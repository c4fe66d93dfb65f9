// Generates the strength guides of the seeded adapters with the runner that has been started: the same seed and words at five strengths,
// published as previews. At low priority, one adapter after another, while the server is already in use.

import { ApiError } from "../../schema/client/index.ts";
import { guidesToDraw, type Publishers } from "./seed.ts";

const STRENGTHS = [0, 0.25, 0.5, 0.75, 1];
const SEED = 7;
/** Every seed was trained on this expression. */
const EXPRESSION = "smiling";

/** Returns how many adapters have got a guide. */
export async function guideSeeds(publishers: Publishers, signal: AbortSignal): Promise<number> {
  let guided = 0;
  try {
    for (const { api, version } of await guidesToDraw(publishers)) {
      signal.throwIfAborted();
      // Together, since a runner generates jobs of one shape in one batch.
      const jobs = await Promise.all(
        STRENGTHS.map((strength) =>
          api.post("/v1/generations", {
            body: {
              adapters: [{ version_id: version.id, strength }],
              preview_of: version.id,
              prompt: `${version.trigger} ${EXPRESSION}`,
              seed: SEED,
              priority: "low",
            },
          }),
        ),
      );
      const ended = await Promise.all(jobs.map((job) => api.finished(job, () => signal.throwIfAborted())));
      const images = ended.flatMap(({ result }) => result?.images.map(({ id }) => id) ?? []);
      if (images.length < STRENGTHS.length) continue;
      const previews = [...version.previews.map(({ id }) => id), ...images];
      await api.patch("/v1/versions/{version}", {
        params: { path: { version: version.id } },
        body: { previews },
      });
      guided += 1;
    }
  } catch (error) {
    // The server ends, or an account has used up its credits: the rest is tried at the next start.
    if (!signal.aborted && !(error instanceof ApiError)) throw error;
  }
  return guided;
}
