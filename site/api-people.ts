// API calls of likes, follows, comments, notifications, collections and remixes. Like api.ts, every call returns a Reply.

import type { z } from "zod";
import type * as contract from "../schema/contract/index.ts";
import { type Adapter, call, type Page, path, query } from "./api.ts";

export type PersonCard = contract.PersonCard;
export type Like = contract.Like;
export type Liked = contract.Liked;
export type Mix = contract.Mix;
export type Follow = contract.Follow;
export type Comment = contract.Comment;
export type Answer = contract.Reply;
export type Notification = contract.Notification;
export type NotificationPage = contract.NotificationPage;
export type Collection = contract.Collection;
export type CollectionItem = contract.CollectionItem;
export type CollectionWithItems = contract.CollectionWithItems;
export type UsedWith = contract.UsedWith;
export type CollectionCreate = z.input<typeof contract.CollectionCreate>;
export type CollectionPatch = z.input<typeof contract.CollectionPatch>;
export type CollectionItemPut = z.input<typeof contract.CollectionItemPut>;
export type CollectionSort = (typeof contract.COLLECTION_SORTS)[number];
/** Resources that can be liked and commented on. */
export type Kind = (typeof contract.LIKEABLE_KINDS)[number];

interface At {
  limit?: number;
  cursor?: string;
}
const THINGS: Record<Kind, string> = { adapter: "adapters", mix: "mixes" };
const thing = (kind: Kind, ref: string) => `/v1/${THINGS[kind]}/${path(ref)}`;
const collection = (ref: string) => `/v1/collections/${path(ref)}`;

export const people = {
  like: (kind: Kind, ref: string) => call<Like>("GET", `${thing(kind, ref)}/like`),
  setLike: (kind: Kind, ref: string, on: boolean) =>
    call<Like>(on ? "PUT" : "DELETE", `${thing(kind, ref)}/like`),
  feed: (at: At) => call<Page<Adapter>>("GET", `/v1/account/feed${query({ ...at })}`),
  likes: (at: At) => call<Page<Liked>>("GET", `/v1/account/likes${query({ ...at })}`),

  follow: (handle: string) => call<Follow>("GET", `/v1/users/${path(handle)}/follow`),
  setFollow: (handle: string, on: boolean) =>
    call<Follow>(on ? "PUT" : "DELETE", `/v1/users/${path(handle)}/follow`),

  comments: (kind: Kind, ref: string, at: At) =>
    call<Page<Comment>>("GET", `${thing(kind, ref)}/comments${query({ ...at })}`),
  answers: (id: string, at: At) => call<Page<Answer>>("GET", `/v1/comments/${id}/replies${query({ ...at })}`),
  say: (kind: Kind, ref: string, wanted: { body: string; parent_id?: string }) =>
    call<Comment>("POST", `${thing(kind, ref)}/comments`, wanted),
  editComment: (id: string, body: string) => call<Comment>("PATCH", `/v1/comments/${id}`, { body }),
  deleteComment: (id: string) => call<null>("DELETE", `/v1/comments/${id}`),
  hideComment: (id: string, hidden: boolean) =>
    call<Comment>("POST", `/v1/comments/${id}/${hidden ? "hide" : "unhide"}`),

  notifications: (wanted: At & { unread?: "true" }) =>
    call<NotificationPage>("GET", `/v1/account/notifications${query({ ...wanted })}`),
  markRead: (wanted: { ids: string[] } | { all: true; before?: string }) =>
    call<{ unread_count: number }>("POST", "/v1/account/notifications/read", wanted),

  remixes: (ref: string, at: At) =>
    call<Page<Mix>>("GET", `/v1/adapters/${path(ref)}/remixes${query({ ...at })}`),
  usedWith: (ref: string) => call<{ items: UsedWith[] }>("GET", `/v1/adapters/${path(ref)}/used-with`),

  collections: (wanted: At & { owner?: string; adapter?: string; sort?: CollectionSort }) =>
    call<Page<Collection>>("GET", `/v1/collections${query({ ...wanted })}`),
  collection: (ref: string) => call<CollectionWithItems>("GET", collection(ref)),
  collectionItems: (ref: string, at: At) =>
    call<Page<CollectionItem>>("GET", `${collection(ref)}/items${query({ ...at })}`),
  createCollection: (wanted: CollectionCreate) => call<Collection>("POST", "/v1/collections", wanted),
  changeCollection: (ref: string, patch: CollectionPatch) =>
    call<Collection>("PATCH", collection(ref), patch),
  deleteCollection: (ref: string) => call<null>("DELETE", collection(ref)),
  putItem: (ref: string, adapter: string, wanted: CollectionItemPut = {}) =>
    call<CollectionItem>("PUT", `${collection(ref)}/items/${path(adapter)}`, wanted),
  takeOut: (ref: string, adapter: string) =>
    call<null>("DELETE", `${collection(ref)}/items/${path(adapter)}`),
};
