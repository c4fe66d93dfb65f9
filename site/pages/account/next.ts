// The page to open after signing in: a path of this site and nothing else. Pure.

/** Browsers read `//evil.example` and `/\evil.example` as addresses of other hosts, so they are refused. */
export function nextOf(search: string): string | null {
  const next = new URLSearchParams(search).get("next");
  return next && /^\/(?![/\\])/.test(next) && !next.startsWith("/account") ? next : null;
}
