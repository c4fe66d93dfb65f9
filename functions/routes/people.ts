// Likes, follows, comments and notifications.

import { router } from "./app.ts";

export const people = router();
