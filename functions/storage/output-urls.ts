// Signed URLs of pictures that expire: clients of the compatible APIs and assistants fetch without a key.

import { OUTPUT_URL_TTL_SECONDS } from "../../schema/contract/limits.ts";
import type { ImageRow } from "../../schema/tables.ts";
import type { Env } from "../env.ts";
import { signUrl } from "../lib/signing.ts";

/** The path ends with a file name: clients save under it. */
export const OUTPUT_PATH = "/v1/outputs";

export type Signer = Pick<Env, "UPLOAD_SIGNING_SECRET">;

export function outputUrl(
  env: Signer,
  origin: string,
  image: Pick<ImageRow, "id" | "contentType">,
  now: number,
): Promise<string> {
  const path = `${OUTPUT_PATH}/${image.id}.${image.contentType.split("/")[1] ?? "png"}`;
  return signUrl(env.UPLOAD_SIGNING_SECRET, {
    method: "GET",
    origin,
    path,
    expiresAt: now + OUTPUT_URL_TTL_SECONDS * 1000,
  });
}
