// /v1/collections: adapters gathered by a person; with a base and a class, an orthogonal cast.

import { router } from "./app.ts";

export const collections = router();
