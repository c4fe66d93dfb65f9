// Roles of an account, from its row and from the lists of addresses in the settings. Pure.

import type { USER_ROLES } from "../../schema/contract/account.ts";

export type Role = (typeof USER_ROLES)[number];

type Account = { email: string; emailVerified: boolean; role: Role };

/** True if the address stands in a comma-separated setting. */
export function isListed(email: string, setting: string | undefined): boolean {
  const emails = (setting ?? "").split(",").map((one) => one.trim().toLowerCase());
  return email !== "" && emails.includes(email.toLowerCase());
}

/** A listed address makes a moderator only once it is verified: anybody may sign up with an address that is not theirs. */
export function roleOf(account: Account, moderatorEmails: string | undefined): Role {
  const isNamed = account.emailVerified && isListed(account.email, moderatorEmails);
  return isNamed ? "moderator" : account.role;
}
