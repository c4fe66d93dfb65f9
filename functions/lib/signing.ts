// Signed, expiring addresses of our own Worker: HMAC-SHA256 over method, path and expiry. Whoever holds one needs no other right.

import { toBase64Url } from "./cursor.ts";

type Method = "GET" | "PUT" | "POST";

const encoder = new TextEncoder();

async function keyOf(secret: string): Promise<CryptoKey> {
  if (!secret) throw new Error("UPLOAD_SIGNING_SECRET is not set");
  return crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
    "verify",
  ]);
}

const message = (method: string, path: string, expires: string) =>
  encoder.encode(`${method}\n${path}\n${expires}`);

/** `origin` + `path` with `expires` (seconds since 1970) and `signature` in the query. */
export async function signUrl(
  secret: string,
  { method, origin, path, expiresAt }: { method: Method; origin: string; path: string; expiresAt: number },
): Promise<string> {
  const expires = String(Math.floor(expiresAt / 1000));
  const signature = await crypto.subtle.sign("HMAC", await keyOf(secret), message(method, path, expires));
  return `${origin}${path}?expires=${expires}&signature=${toBase64Url(new Uint8Array(signature))}`;
}

/** True if this address was signed by us for this method and has not expired. The comparison takes constant time. */
export async function isSigned(secret: string, method: Method, url: URL, now: number): Promise<boolean> {
  const expires = url.searchParams.get("expires") ?? "";
  const signature = url.searchParams.get("signature") ?? "";
  if (!/^[0-9]{1,12}$/.test(expires) || Number(expires) * 1000 <= now) return false;
  if (!/^[A-Za-z0-9_-]{43}$/.test(signature)) return false;
  const bytes = Uint8Array.from(atob(signature.replaceAll("-", "+").replaceAll("_", "/")), (c) =>
    c.charCodeAt(0),
  );
  return crypto.subtle.verify("HMAC", await keyOf(secret), bytes, message(method, url.pathname, expires));
}
