// The end of an endless list: the next page comes while it is near, up to what the address can restore; then by its button. And the
// position in the list, restored when somebody comes back.

import { useEffect, useRef } from "preact/hooks";
import type { Page } from "../api.ts";
import { More } from "./more.tsx";
import { PAGES_MAX } from "./open-pages.ts";
import type { Pages } from "./use-pages.ts";

type Shown = Pick<Pages<Page<unknown>>, "more" | "waiting" | "failure" | "pages">;

export function Endless({ results, hint }: { results: Shown; hint?: string }) {
  const end = useRef<HTMLDivElement>(null);
  useEndless(end, results);
  return <More list={results} within={end} hint={results.pages >= PAGES_MAX ? hint : undefined} />;
}

/** How far below the window the next page is requested. */
const AHEAD = "900px";

function useEndless(end: { current: HTMLDivElement | null }, results: Shown) {
  const { more, waiting, failure, pages } = results;
  const may = more !== null && !waiting && failure === null && pages < PAGES_MAX;
  useEffect(() => {
    const element = end.current;
    if (!may || !element) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        more();
      },
      { rootMargin: AHEAD },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [may, pages]);
}

/** Restores the scroll position once the list is as long as it was. */
export function useScroll(waiting: boolean) {
  const left = useRef<number | null>((history.state as { y?: number } | null)?.y ?? null);
  useEffect(() => {
    history.scrollRestoration = "manual";
    const leave = () => history.replaceState({ ...history.state, y: scrollY }, "");
    addEventListener("pagehide", leave);
    return () => removeEventListener("pagehide", leave);
  }, []);
  useEffect(() => {
    if (waiting || left.current === null) return;
    scrollTo(0, left.current);
    left.current = null;
  }, [waiting]);
}
