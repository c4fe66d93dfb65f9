// API calls of likes, follows, comments, notifications, collections and remixes. Like api.ts, every call returns a Reply.

import { type At, call, of, ownerAndName, type Schema } from "./api.ts";

export type PersonCard = Schema<"PersonCard">;
export type Liked = Schema<"Liked">;
export type Mix = Schema<"Mix">;
export type Comment = Schema<"Comment">;
export type Answer = Schema<"Reply">;
export type Notification = Schema<"Notification">;
export type Collection = Schema<"Collection">;
export type CollectionItem = Schema<"CollectionItem">;
export type CollectionWithItems = Schema<"CollectionWithItems">;
export type CollectionCreate = Schema<"CollectionCreate">;
export type CollectionPatch = Schema<"CollectionPatch">;
export type CollectionItemPut = Schema<"CollectionItemPut">;
export type CollectionSort = "newest" | "updated";
/** Resources that can be commented on; these and shared pictures can be liked. */
export type Kind = "adapter" | "mix";
export type LikeableKind = Kind | "picture";

const LIKE = {
  adapter: "/v1/adapters/{owner}/{name}/like",
  mix: "/v1/mixes/{owner}/{name}/like",
} as const;
const COMMENTS = {
  adapter: "/v1/adapters/{owner}/{name}/comments",
  mix: "/v1/mixes/{owner}/{name}/comments",
} as const;
const item = (ref: string, adapter: string) => {
  const { owner: adapter_owner, name: adapter_name } = ownerAndName(adapter);
  return { params: { path: { ...ownerAndName(ref), adapter_owner, adapter_name } } };
};
const who = (handle: string) => ({ params: { path: { handle } } });
const which = (comment: string) => ({ params: { path: { comment } } });

const likeCall = (method: "get" | "put" | "delete", kind: LikeableKind, ref: string) =>
  kind === "picture"
    ? call(method, "/v1/pictures/{picture}/like", { params: { path: { picture: ref } } })
    : call(method, LIKE[kind], of(ref));

export const people = {
  /** `ref` is owner/name, or of a picture its id. */
  like: (kind: LikeableKind, ref: string) => likeCall("get", kind, ref),
  setLike: (kind: LikeableKind, ref: string, on: boolean) => likeCall(on ? "put" : "delete", kind, ref),
  feed: (query: At) => call("get", "/v1/account/feed", { params: { query } }),
  likes: (query: At) => call("get", "/v1/account/likes", { params: { query } }),

  follow: (handle: string) => call("get", "/v1/users/{handle}/follow", who(handle)),
  setFollow: (handle: string, on: boolean) =>
    on
      ? call("put", "/v1/users/{handle}/follow", who(handle))
      : call("delete", "/v1/users/{handle}/follow", who(handle)),

  comments: (kind: Kind, ref: string, query: At) =>
    call("get", COMMENTS[kind], { params: { path: ownerAndName(ref), query } }),
  answers: (comment: string, query: At) =>
    call("get", "/v1/comments/{comment}/replies", { params: { path: { comment }, query } }),
  say: (kind: Kind, ref: string, body: Schema<"CommentCreate">) =>
    call("post", COMMENTS[kind], { ...of(ref), body }),
  editComment: (id: string, body: string) =>
    call("patch", "/v1/comments/{comment}", { ...which(id), body: { body } }),
  deleteComment: (id: string) => call("delete", "/v1/comments/{comment}", which(id)),
  hideComment: (id: string, hidden: boolean) =>
    hidden
      ? call("post", "/v1/comments/{comment}/hide", which(id))
      : call("post", "/v1/comments/{comment}/unhide", which(id)),

  notifications: (query: At & { unread?: "true" }) =>
    call("get", "/v1/account/notifications", { params: { query } }),
  markRead: (body: Schema<"NotificationsRead">) => call("post", "/v1/account/notifications/read", { body }),

  remixes: (ref: string, query: At) =>
    call("get", "/v1/adapters/{owner}/{name}/remixes", { params: { path: ownerAndName(ref), query } }),
  usedWith: (ref: string) => call("get", "/v1/adapters/{owner}/{name}/used-with", of(ref)),

  collections: (query: At & { owner?: string; adapter?: string; sort?: CollectionSort }) =>
    call("get", "/v1/collections", { params: { query } }),
  collection: (ref: string) => call("get", "/v1/collections/{owner}/{name}", of(ref)),
  collectionItems: (ref: string, query: At) =>
    call("get", "/v1/collections/{owner}/{name}/items", { params: { path: ownerAndName(ref), query } }),
  createCollection: (body: CollectionCreate) => call("post", "/v1/collections", { body }),
  changeCollection: (ref: string, body: CollectionPatch) =>
    call("patch", "/v1/collections/{owner}/{name}", { ...of(ref), body }),
  deleteCollection: (ref: string) => call("delete", "/v1/collections/{owner}/{name}", of(ref)),
  putItem: (ref: string, adapter: string, body: CollectionItemPut = {}) =>
    call("put", "/v1/collections/{owner}/{name}/items/{adapter_owner}/{adapter_name}", {
      ...item(ref, adapter),
      body,
    }),
  takeOut: (ref: string, adapter: string) =>
    call("delete", "/v1/collections/{owner}/{name}/items/{adapter_owner}/{adapter_name}", item(ref, adapter)),
};
