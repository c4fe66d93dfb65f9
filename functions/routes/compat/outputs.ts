// GET /v1/outputs/{image}.png: a picture by signed URL. Mounted before callers are identified: the signature is the authorisation.

import { eq } from "drizzle-orm";
import { idOf } from "../../../schema/contract/ids.ts";
import { blobs, images } from "../../../schema/tables.ts";
import { deny, granted, refuse } from "../../lib/refusal.ts";
import { isSigned } from "../../lib/signing.ts";
import { blobResponse } from "../../storage/blobs.ts";
import { OUTPUT_PATH } from "../../storage/output-urls.ts";
import { router } from "../app.ts";

export const outputs = router().get(`${OUTPUT_PATH}/:file`, async (c) => {
  const { db, now } = c.var;
  const id = idOf("img").safeParse(c.req.param("file").replace(/\.[a-z]+$/, ""));
  if (!id.success || !(await isSigned(c.env.UPLOAD_SIGNING_SECRET, "GET", new URL(c.req.url), now))) {
    deny(refuse("upload_url_invalid", "This address has expired or was changed. Ask for the job again."));
  }
  const found = await db
    .select({ blob: blobs, contentType: images.contentType })
    .from(images)
    .innerJoin(blobs, eq(blobs.sha256, images.sha256))
    .where(eq(images.id, id.data))
    .get();
  if (!found) deny(refuse("not_found", "There is no such picture."));
  const facts = { ...found.blob, contentType: found.contentType };
  return granted(await blobResponse(c.env, facts, c.req.raw, { "cache-control": "private, max-age=3600" }));
});
