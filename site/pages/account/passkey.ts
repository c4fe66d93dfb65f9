// Passkeys in the browser: availability, creation, sign-in.

import { startAuthentication, startRegistration } from "@simplewebauthn/browser";
import type { Reply } from "../../api.ts";
import { accounts } from "../../api-account.ts";

const NOT_FRESH = "Session is not fresh";

/** Why this page cannot use passkeys, with an alternative; null where it can. Pure. */
export function passkeyObstacle(hostname: string, port: string, hasWebAuthn: boolean): string | null {
  if (/^[\d.]+$|^\[/.test(hostname)) {
    const host = port ? `localhost:${port}` : "localhost";
    return `Passkeys belong to a name, and ${hostname} is a number. Open this site at http://${host}/account/ for them.`;
  }
  return hasWebAuthn ? null : "This browser has no passkeys. A newer one does.";
}

export const obstacleHere = () =>
  passkeyObstacle(location.hostname, location.port, "PublicKeyCredential" in window);

const declined = (message: string): Reply<never> => ({ ok: false, failure: { kind: "declined", message } });

/** The browser's own message when a ceremony is cancelled is too technical to show. */
function errorText(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "AbortError") return "No passkey was chosen";
  if (name === "InvalidStateError") return "This device holds a passkey for your account already";
  return "The browser could not use a passkey here";
}

export async function signInWithPasskey(): Promise<Reply<unknown>> {
  const asked = await accounts.signInOptions();
  if (!asked.ok) return asked;
  try {
    const optionsJSON = asked.value;
    return await accounts.signInWith(await startAuthentication({ optionsJSON }));
  } catch (error) {
    return declined(errorText(error));
  }
}

export async function addPasskey(): Promise<Reply<unknown>> {
  const asked = await accounts.registerOptions();
  if (!asked.ok) {
    const { failure } = asked;
    const isOld = failure.kind === "declined" && failure.message === NOT_FRESH;
    return isOld
      ? declined("You signed in more than an hour ago: sign out and in again, then add it")
      : asked;
  }
  try {
    const optionsJSON = asked.value;
    return await accounts.registered(await startRegistration({ optionsJSON }));
  } catch (error) {
    return declined(errorText(error));
  }
}
