// The little Markdown that descriptions of the API document use: code, links, paragraphs. Everything else is text.

import { escapeHtml } from "../escape.ts";

const CODE_OR_LINK = /`([^`]+)`|\[([^\]]+)\]\((\/[^)\s]*|https:\/\/[^)\s]+)\)/g;

export function inlineHtml(text: string): string {
  let html = "";
  let at = 0;
  for (const match of text.matchAll(CODE_OR_LINK)) {
    const [whole, code, label, href] = match;
    html += escapeHtml(text.slice(at, match.index));
    html +=
      code === undefined
        ? `<a href="${escapeHtml(href ?? "")}">${escapeHtml(label ?? "")}</a>`
        : `<code>${escapeHtml(code)}</code>`;
    at = match.index + whole.length;
  }
  return html + escapeHtml(text.slice(at));
}

export const paragraphsHtml = (text: string): string =>
  text
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${inlineHtml(paragraph)}</p>`)
    .join("");
