// /v1/versions/by-hash: which version a file is, by SHA-256, AutoV2 or the hash of its tensors.

import { router } from "./app.ts";

export const hashes = router();
