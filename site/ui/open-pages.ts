// How many pages of an endless list are open, as its address says: Back restores the same length. Pure.

export const PAGES_MAX = 10;

export function pagesOf(search: string): number {
  const pages = Number(new URLSearchParams(search).get("pages") ?? "1");
  return Number.isInteger(pages) && pages >= 1 ? Math.min(pages, PAGES_MAX) : 1;
}
