// Where to go after signing in: a path of this site and nothing else. Pure.

/** `//evil.example` and `/\evil.example` are addresses of other hosts to a browser, so they are refused. */
export function nextOf(search: string): string | null {
  const next = new URLSearchParams(search).get("next");
  return next && /^\/(?![/\\])/.test(next) && !next.startsWith("/account") ? next : null;
}
