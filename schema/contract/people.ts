// Likes, collections, follows, comments and notifications, as they travel.

export const NOTIFICATION_KINDS = [
  "like",
  "comment",
  "reply",
  "follow",
  "published", // somebody followed published something
  "remix", // a composition with an adapter of yours was published
  "fork",
  "collected",
  "report_decided",
  "moderation",
  "appeal_decided",
] as const;
