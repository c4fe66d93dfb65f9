// The text of the search field: typing replaces the current history entry after a pause, and Back brings the text of its query back.

import { useEffect, useRef, useState } from "preact/hooks";
import type { CatalogQuery } from "../../api-catalog.ts";
import { withWords } from "./query.ts";

const TYPING_PAUSE_MS = 250;

export function useSearchText(query: CatalogQuery, go: (query: CatalogQuery, how?: "replace") => void) {
  const [text, setText] = useState(query.q ?? "");
  const typed = useRef(text);
  useEffect(() => {
    if (typed.current === text) return;
    const timer = setTimeout(() => {
      typed.current = text;
      go(withWords(query, text), "replace");
    }, TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => {
    if ((query.q ?? "") === typed.current.trim()) return;
    typed.current = query.q ?? "";
    setText(typed.current);
  }, [query.q]);
  const search = () => {
    typed.current = text;
    go(withWords(query, text));
  };
  return { text, setText, search };
}
