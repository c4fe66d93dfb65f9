// The result of a link that led to /account/: from an email, or the return from GitHub. Pure.

export interface LinkMessage {
  variant: "good" | "warn";
  title: string;
  text: string;
}

const ERRORS: Record<string, Omit<LinkMessage, "variant">> = {
  TOKEN_EXPIRED: {
    title: "This link has expired",
    text: "Sign in and send the email again; the button is at the top of this page.",
  },
  INVALID_TOKEN: {
    title: "This link does not work",
    text: "Your mail program may have broken it, or the address has changed since. Sign in and send the email again.",
  },
  USER_NOT_FOUND: {
    title: "This link belongs to no account",
    text: "Its address was changed since, or the account was deleted.",
  },
  account_not_linked: {
    title: "There is an account with this address already",
    text: "Sign in with its password or passkey, and verify the address with the link in our email. From then on GitHub signs in to it too.",
  },
  access_denied: {
    title: "GitHub sign-in was cancelled",
    text: "Nothing has changed. Try again, or choose another way.",
  },
  email_not_found: {
    title: "GitHub gave no email address",
    text: "Add an email address to your GitHub account, or create an account with a password.",
  },
};

/** The message for the address's query; null where there is none. */
export function linkMessageOf(search: string): LinkMessage | null {
  const query = new URLSearchParams(search);
  const error = query.get("error");
  if (error) {
    const found = ERRORS[error] ?? {
      title: "Signing in did not work",
      text: "Try again. If it fails the same way, choose another way to sign in.",
    };
    return { variant: "warn", ...found };
  }
  if (query.has("verified")) {
    return {
      variant: "good",
      title: "Your address is verified",
      text: "You can reset a lost password by email now.",
    };
  }
  return null;
}

/** The token in the link of the email to a new address. */
export const emailTokenOf = (search: string): string | null => new URLSearchParams(search).get("email_token");

/** Whether changing sign-in methods asks for the password: the sign-in is older than an hour. */
export function isOldSignIn(signedInAt: string | null, now: number, recentSeconds: number): boolean {
  return signedInAt === null || Date.parse(signedInAt) < now - recentSeconds * 1000;
}
