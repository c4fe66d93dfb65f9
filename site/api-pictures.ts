// API calls of shared pictures. Like api.ts, every call returns a Reply.

import { type At, call, type Schema } from "./api.ts";

export type SharedPicture = Schema<"SharedPicture">;
export type PictureShare = Schema<"PictureShare">;

export type PictureSort = "newest" | "most_liked";

export interface PictureQuery {
  adapter?: string;
  owner?: string;
  base?: string;
  rating?: string;
  sort?: PictureSort;
}

const at = (picture: string) => ({ params: { path: { picture } } });

export const pictures = {
  list: (query: PictureQuery & At, signal?: AbortSignal) =>
    call("get", "/v1/pictures", { params: { query }, ...(signal && { signal }) }),
  picture: (picture: string) => call("get", "/v1/pictures/{picture}", at(picture)),
  share: (body: PictureShare) => call("post", "/v1/pictures", { body }),
  withdraw: (picture: string) => call("delete", "/v1/pictures/{picture}", at(picture)),
};
