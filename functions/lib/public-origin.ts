// The one address of this server: PUBLIC_ORIGIN. A request under any other host is not served, because addresses derived from it (links in
// emails, tags of shared pages, addresses of pictures, passkeys) would lead there. Without the setting only this machine is served. Pure.

import { isLoopback } from "./loopback.ts";
import { Refusal } from "./refusal.ts";

/** The origin of a setting as it must be written, or null: https, or http where TLS ends before this server. */
export function parseOrigin(setting: string): string | null {
  const url = URL.canParse(setting) ? new URL(setting) : null;
  return url && ["https:", "http:"].includes(url.protocol) && url.origin === setting ? url.origin : null;
}

/** The origin to write into every address, or why this request is not served. */
export function publicOrigin(setting: string | undefined, requested: URL): string | Refusal {
  if (!setting) {
    if (isLoopback(requested.hostname)) return requested.origin;
    return new Refusal(
      "host_unknown",
      "This server has no PUBLIC_ORIGIN and serves its own machine only. Its operator sets it in wrangler.toml.",
    );
  }
  const origin = parseOrigin(setting);
  if (origin === null) {
    throw new Error(`PUBLIC_ORIGIN is "${setting}"; it must be an origin such as https://orthoplex.example`);
  }
  if (new URL(origin).host === requested.host) return origin;
  return new Refusal("host_unknown", `This server is at ${origin}.`);
}
