// The text of a notification and its link. Pure.

import type { Notification } from "../../api-people.ts";
import { profileUrl } from "../../ui/plain-text.ts";
import { NOTIFIED, picturesWith } from "../../ui/shared-picture.ts";

/** `before` and `after` surround the target's name; the person's name precedes both. */
export interface NotificationText {
  before: string;
  name: string | null;
  after: string;
  url: string | null;
}

const PAGES = { adapter: "/adapter/?id=", mix: "/mix/?ref=", picture: "/pictures/?id=" } as const;

export function notificationText(note: Notification): NotificationText {
  const { target, data } = note;
  const url = target ? `${PAGES[target.kind]}${target.ref}` : null;
  const name = target?.title ?? null;
  const about = (before: string, after = "", anchor = ""): NotificationText => ({
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
    case "picture_shared":
      return {
        ...about(sharedPictures(Number(data.count ?? 1), note.actor !== null)),
        url: target && `${picturesWith(target.ref)}${NOTIFIED}`,
      };
    case "fork":
      return about("made one of their own from");
    case "training_ended":
      return {
        before: `${data.status === "succeeded" ? "Your training has ended" : "Your training failed"}${name ? ":" : ""}`,
        name,
        after: data.status === "succeeded" ? "is ready for your review" : "",
        url: `/publish/?training=${data.training_id}`,
      };
    case "collected":
      return about("put", typeof data.title === "string" ? `into “${data.title}”` : "into a collection");
    default:
      return serviceText(note, url);
  }
}

function othersOf(count: number): string {
  if (count <= 1) return "likes";
  return count === 2 ? "and one other like" : `and ${(count - 1).toLocaleString("en")} others like`;
}

/** Of several people, or of one who has left, nobody is named. */
function sharedPictures(count: number, isNamed: boolean): string {
  const pictures = count === 1 ? "a picture" : `${count.toLocaleString("en")} pictures`;
  if (isNamed) return `shared ${pictures} with`;
  return count === 1 ? "A picture was shared with" : `${pictures} were shared with`;
}

/** /decisions/ has the full reason and the appeal. */
const SERVICE_PAGES: Partial<Record<Notification["kind"], string>> = {
  moderation: "/decisions/",
  appeal_decided: "/decisions/",
  report_decided: "/decisions/#reports",
};

/** Notifications from the service, not from a person. */
function serviceText({ kind, target, data }: Notification, url: string | null): NotificationText {
  const picture = data.target_kind === "picture" ? "a shared picture" : null;
  const name = target?.title ?? (typeof data.ref === "string" ? data.ref : picture);
  const reason = typeof data.reason === "string" && data.reason !== "" ? `: ${data.reason}` : "";
  const words: Partial<Record<Notification["kind"], string>> = {
    report_decided: "Your report was decided",
    appeal_decided: "Your appeal was decided",
    moderation: "The moderators acted",
    webhook_disabled: "A webhook of yours was disabled",
  };
  const before = words[kind] ?? kind.replaceAll("_", " ");
  const page = SERVICE_PAGES[kind] ?? url;
  return {
    before: name ? `${before} about` : `${before}${reason}`,
    name,
    after: name ? reason : "",
    url: page,
  };
}
