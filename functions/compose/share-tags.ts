// Link previews: title, description, picture and status of a page's address. Pure, but for the rewriting of the shell.

import { cutText, lengthOf } from "../../schema/contract/cut-text.ts";
import type { Rating } from "../../schema/contract/moderation.ts";
import { escapeHtml } from "../lib/html.ts";
import type { Refusal } from "../lib/refusal.ts";

export type ShareTags = {
  status: 200 | 404 | 410;
  title: string;
  description: string;
  /** The canonical address; null where the page should not be indexed. */
  url: string | null;
  image: { url: string; width: number; height: number; alt: string } | null;
  isListed: boolean;
};

export type Shared = {
  ref: string;
  title: string;
  owner: string;
  description: string;
  rating: Rating;
  visibility: "public" | "unlisted" | "private";
  image: { url: string; width: number; height: number } | null;
};

const SITE = "Orthoplex";
const DESCRIPTION_MAX_CHARACTERS = 200;
/** Wider pictures are shown across a link's card, others beside its text. */
const WIDE_RATIO = 1.5;

export function tagsOf(shared: Shared, url: string): ShareTags {
  const { title, owner, rating, visibility, image } = shared;
  return {
    status: 200,
    title: `${title} by ${owner} · ${SITE}`,
    description: shortened(shared.description),
    url,
    // A sensitive picture is not shown in link previews.
    image: image && rating === "general" ? { ...image, alt: title } : null,
    isListed: visibility === "public",
  };
}

/** For an address where nothing is found or something was removed. */
export function absentTags(refusal: Refusal): ShareTags {
  const gone = refusal.code === "mix_removed" || refusal.code === "adapter_removed";
  return {
    status: gone ? 410 : 404,
    title: `${gone ? "Gone" : "Not found"} · ${SITE}`,
    description: gone ? refusal.detail : "Nothing is published at this address.",
    url: null,
    image: null,
    isListed: false,
  };
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (lengthOf(line) <= DESCRIPTION_MAX_CHARACTERS) return line;
  const cut = cutText(line, DESCRIPTION_MAX_CHARACTERS - 1);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), 1)).trimEnd()}…`;
}

/** The tags as HTML, for the end of a page's head. */
function tagsHtml({ title, description, url, image, isListed }: ShareTags): string {
  const meta = (kind: "name" | "property", key: string, content: string | number) =>
    `<meta ${kind}="${key}" content="${escapeHtml(String(content))}">`;
  const card = image && image.width >= WIDE_RATIO * image.height ? "summary_large_image" : "summary";
  const lines = [
    meta("property", "og:site_name", SITE),
    meta("property", "og:type", "website"),
    meta("property", "og:title", title),
    meta("property", "og:description", description),
    meta("name", "twitter:card", card),
  ];
  if (url) lines.push(meta("property", "og:url", url), `<link rel="canonical" href="${escapeHtml(url)}">`);
  if (image) {
    lines.push(
      meta("property", "og:image", image.url),
      meta("property", "og:image:width", image.width),
      meta("property", "og:image:height", image.height),
      meta("property", "og:image:alt", image.alt),
    );
  }
  if (!isListed) lines.push(meta("name", "robots", "noindex"));
  return lines.join("");
}

/** The page's shell with title and description replaced and the tags in its head. Streams. */
export function withTags(shell: Response, tags: ShareTags): Response {
  const rewritten = new HTMLRewriter()
    .on("title", { element: (title) => void title.setInnerContent(tags.title) })
    .on('meta[name="description"]', {
      element: (meta) => void meta.setAttribute("content", tags.description),
    })
    .on("head", { element: (head) => void head.append(tagsHtml(tags), { html: true }) })
    .transform(shell);
  const response = new Response(rewritten.body, { status: tags.status, headers: rewritten.headers });
  // The shell's own ETag names other bytes.
  response.headers.delete("etag");
  response.headers.delete("content-length");
  response.headers.set("cache-control", tags.status === 200 ? "public, max-age=60" : "no-store");
  return response;
}
