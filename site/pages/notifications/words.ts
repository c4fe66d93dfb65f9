// A notification in words: what happened, and where it leads. Pure.

import type { Notification } from "../../api-people.ts";
import { profileUrl } from "../../ui/plain-text.ts";

/** `before` and `after` stand around the name of the thing; the person stands before both. */
export interface Told {
  before: string;
  name: string | null;
  after: string;
  url: string | null;
}

const PAGES = { adapter: "/adapter/?id=", mix: "/mix/?ref=" } as const;

export function wordsOf(note: Notification): Told {
  const { target, data } = note;
  const url = target ? `${PAGES[target.kind]}${target.ref}` : null;
  const name = target?.title ?? null;
  const about = (before: string, after = "", anchor = ""): Told => ({
    before,
    name: name ?? "something that is no longer there",
    after,
    url: url && `${url}${anchor}`,
  });
  switch (note.kind) {
    case "like":
      return about(othersOf(Number(data.count ?? 1)));
    case "comment":
      return about("wrote about", "", "#comments");
    case "reply":
      return about("answered you under", "", "#comments");
    case "mention":
      return about("mentioned you under", "", "#comments");
    case "follow":
      return {
        before: "follows you",
        name: null,
        after: "",
        url: note.actor ? profileUrl(note.actor.handle) : null,
      };
    case "published":
      return about("published");
    case "remix":
      return about("composed", typeof data.adapters === "string" ? `with ${data.adapters}` : "");
    case "fork":
      return about("made one of their own from");
    case "collected":
      return about("put", typeof data.title === "string" ? `into “${data.title}”` : "into a collection");
    default:
      return houseWords(note, url);
  }
}

function othersOf(count: number): string {
  if (count <= 1) return "likes";
  return count === 2 ? "and one other like" : `and ${(count - 1).toLocaleString("en")} others like`;
}

/** The reason stands there in full, and what may be done about it. */
const HOUSE_PAGES: Partial<Record<Notification["kind"], string>> = {
  moderation: "/decisions/",
  appeal_decided: "/decisions/",
  report_decided: "/decisions/#reports",
};

/** What the house tells, not a person. */
function houseWords({ kind, target, data }: Notification, url: string | null): Told {
  const name = target?.title ?? (typeof data.ref === "string" ? data.ref : null);
  const reason = typeof data.reason === "string" && data.reason !== "" ? `: ${data.reason}` : "";
  const words: Partial<Record<Notification["kind"], string>> = {
    report_decided: "Your report was decided",
    appeal_decided: "Your appeal was decided",
    moderation: "The moderators acted",
    webhook_disabled: "A webhook of yours was disabled",
  };
  const before = words[kind] ?? kind.replaceAll("_", " ");
  const page = HOUSE_PAGES[kind] ?? url;
  return {
    before: name ? `${before} about` : `${before}${reason}`,
    name,
    after: name ? reason : "",
    url: page,
  };
}
