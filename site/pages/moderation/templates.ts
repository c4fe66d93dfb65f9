// Templates of common reasons, to be edited. The owner sees them, so they say what to do. Pure.

import type { Decision, ReportReason } from "../../api-moderation.ts";

export interface Template {
  name: string;
  ground: ReportReason | null;
  text: string;
}

const REMOVALS: readonly Template[] = [
  {
    name: "A real person",
    ground: "likeness",
    text: "It shows a real person, and we have no sign that they agreed. If you have their consent, appeal and say how we can see it.",
  },
  {
    name: "A minor",
    ground: "minor",
    text: "It sexualises or endangers a minor. This is not allowed here in any form.",
  },
  {
    name: "Somebody else's work",
    ground: "ownership",
    text: "It was made from work that is not yours to share. If you hold the rights, appeal and say where that can be seen.",
  },
  {
    name: "Hate",
    ground: "hate",
    text: "It attacks people for who they are.",
  },
  {
    name: "Violence",
    ground: "violence",
    text: "It glorifies violence or cruelty.",
  },
  {
    name: "Spam",
    ground: "spam",
    text: "It advertises, deceives, or was posted many times.",
  },
];

const TEMPLATES: Record<Decision, readonly Template[]> = {
  remove: REMOVALS,
  hide: [
    ...REMOVALS.filter(({ ground }) => ground === "hate" || ground === "spam"),
    { name: "Insult", ground: "other", text: "It insults somebody. Say it without." },
  ],
  suspend: [
    { name: "Again", ground: "other", text: "What we removed was published again, after we had said why." },
    { name: "Spam", ground: "spam", text: "The account is used to advertise or to deceive." },
  ],
  rate: [
    {
      name: "Nudity or gore",
      ground: "rating",
      text: "It generates content that not everybody wants to see unasked. It stays in the catalog under this rating.",
    },
    { name: "Milder than rated", ground: "rating", text: "It is more harmless than it was rated." },
  ],
  dismiss: [
    { name: "Within the rules", ground: null, text: "We looked at it and found nothing against the rules." },
    { name: "Not enough to go by", ground: null, text: "The reports do not say enough to act upon." },
  ],
  restore: [{ name: "Our mistake", ground: null, text: "It should not have been removed. We are sorry." }],
  unhide: [{ name: "Our mistake", ground: null, text: "It should not have been hidden. We are sorry." }],
  unsuspend: [{ name: "Enough", ground: null, text: "The suspension is over." }],
};

export const templatesOf = (decision: Decision): readonly Template[] => TEMPLATES[decision];

/** The decision that reverses another, for "undo"; null where there is nothing to reverse. */
export const UNDO: Partial<Record<Decision, Decision>> = {
  remove: "restore",
  hide: "unhide",
  unhide: "hide",
  suspend: "unsuspend",
  unsuspend: "suspend",
};
