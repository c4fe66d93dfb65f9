// Which addresses a webhook may go to: https on the public internet. Never a private, loopback, link-local or metadata address, however
// it is written: the URL parser turns decimal, octal and short forms of IPv4 into dotted ones before they are checked. Pure.

import { WEBHOOK_URL_MAX_CHARACTERS } from "../../schema/contract/limits.ts";
import { isLoopback } from "../lib/loopback.ts";

/** First address and prefix length of IPv4 ranges that are not the public internet (IANA special-purpose registry). */
const CLOSED_V4: readonly [string, number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];
/** Ranges within 2000::/3 that are not global unicast: protocol assignments with Teredo, documentation, 6to4. */
const CLOSED_V6: readonly [string, number][] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];
const CLOSED_SUFFIXES = ["localhost", "local", "internal", "localdomain", "home.arpa", "lan", "intranet"];

export type Target = { kind: "address" } | { kind: "name"; name: string };

/** The fault of a URL as a sentence; or what its host is: an address, which is checked here, or a name, which must be resolved. */
export function targetOf(text: string, allowLoopback: boolean): Target | string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || text.length > WEBHOOK_URL_MAX_CHARACTERS) return "This is not an address.";
  if (url.username || url.password) return "An address with a name or a password is not accepted.";
  const host = url.hostname.replace(/\.$/, "").toLowerCase();
  // Where a Worker runs, Cloudflare and wrangler answer there before it does: a local server would open its database.
  if (isPlatformPath(url.pathname)) return "An address under /cdn-cgi is not accepted.";
  if (allowLoopback && isLoopback(host) && (url.protocol === "http:" || url.protocol === "https:")) {
    return { kind: "address" };
  }
  if (url.protocol !== "https:") return "A webhook goes to an https address.";
  if (host.startsWith("[")) return isPublicV6(host.slice(1, -1)) ? { kind: "address" } : NOT_PUBLIC;
  if (/^[0-9.]+$/.test(host)) return isPublicV4(host) ? { kind: "address" } : NOT_PUBLIC;
  const closed = CLOSED_SUFFIXES.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));
  if (closed || !host.includes(".")) return NOT_PUBLIC;
  return { kind: "name", name: host };
}

/** However it is written: a server behind this address may decode it once more than we do. */
export function isPlatformPath(path: string): boolean {
  for (let [before, text] = ["", path]; before !== text; ) {
    if (/(^|[/\\])cdn-cgi([/\\]|$)/i.test(text)) return true;
    before = text;
    text = text.replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
  }
  return false;
}

const NOT_PUBLIC = "This address is not on the public internet.";

export function isPublic(address: string): boolean {
  return address.includes(":") ? isPublicV6(address) : isPublicV4(address);
}

function isPublicV4(address: string): boolean {
  const bits = bitsOfV4(address);
  return bits !== null && !CLOSED_V4.some(([first, length]) => starts(bits, bitsOfV4(first) ?? "", length));
}

function isPublicV6(address: string): boolean {
  const bits = bitsOfV6(address);
  if (bits === null || !bits.startsWith("001")) return false;
  return !CLOSED_V6.some(([first, length]) => starts(bits, bitsOfV6(first) ?? "", length));
}

const starts = (bits: string, first: string, length: number) => bits.startsWith(first.slice(0, length));

function bitsOfV4(address: string): string | null {
  const parts = address.split(".");
  const bytes = parts.map(Number);
  if (
    parts.length !== 4 ||
    parts.some((part) => !/^\d{1,3}$/.test(part)) ||
    bytes.some((byte) => byte > 255)
  ) {
    return null;
  }
  return bytes.map((byte) => byte.toString(2).padStart(8, "0")).join("");
}

/** RFC 4291, 2.2: groups of four hexadecimal digits, one run of zero groups left out, the end perhaps in dotted form. */
function bitsOfV6(address: string): string | null {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const tail = dotted ? bitsOfV4(dotted[2] ?? "") : "";
  if (tail === null) return null;
  const [left, right, ...more] = (dotted?.[1] ?? address).replace(/([^:]):$/, "$1").split("::");
  if (more.length > 0) return null;
  const groups = (text: string | undefined) => (text ? text.split(":") : []);
  const [head, rest] = [groups(left), groups(right)];
  const missing = 8 - tail.length / 16 - head.length - rest.length;
  if (right === undefined ? missing !== 0 : missing < 0) return null;
  const all = [...head, ...Array<string>(missing).fill("0"), ...rest];
  if (all.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return null;
  return all.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0")).join("") + tail;
}
