// /v1/users and /v1/account/profile: people as others see them.

import { router } from "./app.ts";

export const profiles = router();
