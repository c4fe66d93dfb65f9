// Signatures as Standard Webhooks has them: HMAC-SHA256 over id, time and body, one for each valid secret.

import { toBase64 } from "../lib/base64.ts";

const PREFIX = "whsec_";
const SECRET_BYTES = 32;

/** Standard base64, not its URL form: Replicate's verifier reads nothing else. */
export const newSecret = () => PREFIX + toBase64(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));

export async function signatureHeaders(
  secrets: readonly string[],
  id: string,
  now: number,
  body: string,
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signatures = await Promise.all(secrets.map((secret) => sign(secret, signed)));
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.map((signature) => `v1,${signature}`).join(" "),
  };
}

async function sign(secret: string, message: BufferSource): Promise<string> {
  const bytes = Uint8Array.from(atob(secret.slice(PREFIX.length)), (c) => c.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return toBase64(new Uint8Array(await crypto.subtle.sign("HMAC", key, message)));
}

export type Secrets = { secret: string; oldSecret: string | null; oldSecretUntil: number | null };

/** The newest first; for a day after a rotation the former one, too. */
export function validSecrets({ secret, oldSecret, oldSecretUntil }: Secrets, now: number): string[] {
  return oldSecret !== null && (oldSecretUntil ?? 0) > now ? [secret, oldSecret] : [secret];
}
