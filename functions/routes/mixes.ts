// /v1/mixes: published compositions with a name, versions, forks and a share picture.

import { router } from "./app.ts";

export const mixes = router();
