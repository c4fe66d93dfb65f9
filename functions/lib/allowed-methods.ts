// Which methods an address takes (RFC 9110, 15.5.6). Middleware and catch-all routes say nothing about that.

import type { Router } from "hono/router";
import type { RouterRoute } from "hono/types";

const ASKED = ["GET", "POST", "PUT", "PATCH", "DELETE", "QUERY"];

/** Of routes that name this path; none where there is no such address. */
export function allowedMethods(router: Router<[unknown, RouterRoute]>, path: string): string[] {
  const isTaken = (method: string) =>
    router.match(method, path)[0].some(([[, route]]) => route.method === method && !route.path.includes("*"));
  return ASKED.filter(isTaken).flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : method));
}
