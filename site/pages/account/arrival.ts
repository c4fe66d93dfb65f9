// What brought somebody to /account/: a link out of a letter, or a way back from GitHub. Pure.

export interface Word {
  tone: "good" | "warn";
  title: string;
  text: string;
}

const ERRORS: Record<string, Omit<Word, "tone">> = {
  TOKEN_EXPIRED: {
    title: "This link has expired",
    text: "Sign in and have the letter sent again: it is at the top of this page.",
  },
  INVALID_TOKEN: {
    title: "This link does not work",
    text: "Perhaps it was cut in two by your mail program, or the address has changed since. Sign in and have the letter sent again.",
  },
  USER_NOT_FOUND: {
    title: "This link belongs to no account",
    text: "Its address was changed since, or the account was deleted.",
  },
  account_not_linked: {
    title: "There is an account with this address already",
    text: "Sign in with its password or passkey, and verify the address by the letter we sent. From then on GitHub signs in to it too.",
  },
  access_denied: {
    title: "GitHub was not let in",
    text: "Nothing has changed. Try again, or choose another way.",
  },
  email_not_found: {
    title: "GitHub told no address",
    text: "Add an e-mail address to your GitHub account, or make an account with a password.",
  },
};

/** The word for an address's query; null where there is nothing to say. */
export function wordOf(search: string): Word | null {
  const query = new URLSearchParams(search);
  const error = query.get("error");
  if (error) {
    const found = ERRORS[error] ?? {
      title: "Signing in did not work",
      text: "Try again. If it fails the same way, choose another way to sign in.",
    };
    return { tone: "warn", ...found };
  }
  if (query.has("verified")) {
    return {
      tone: "good",
      title: "Your address is verified",
      text: "A lost password can be replaced by letter now.",
    };
  }
  return null;
}

/** Of the letter to a new address. */
export const emailTokenOf = (search: string): string | null => new URLSearchParams(search).get("email_token");

/** Whether changing how one signs in asks for the password: the sign-in is older than an hour. */
export function isOldSignIn(signedInAt: string | null, now: number, recentSeconds: number): boolean {
  return signedInAt === null || Date.parse(signedInAt) < now - recentSeconds * 1000;
}
