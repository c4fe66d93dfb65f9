// Reports, and for moderators the queue, decisions, appeals, the audit log and blocked words.

import { router } from "./app.ts";

export const moderation = router();
