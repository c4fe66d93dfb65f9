// Which of better-auth's routes are open under /auth: signing up, in and out, and what a browser needs for it. Everything about an
// account that exists is under /v1/account, where it is bounded, described and refused to suspended accounts.

const OPEN = new Set([
  "POST /auth/sign-up/email",
  "POST /auth/sign-in/email",
  "POST /auth/sign-in/social",
  "GET /auth/callback/github",
  "POST /auth/sign-out",
  "GET /auth/get-session",
  "GET /auth/verify-email",
  "POST /auth/request-password-reset",
  "POST /auth/reset-password",
  "GET /auth/passkey/generate-register-options",
  "POST /auth/passkey/verify-registration",
  "GET /auth/passkey/generate-authenticate-options",
  "POST /auth/passkey/verify-authentication",
]);

export const isOpen = (method: string, path: string): boolean => OPEN.has(`${method} ${path}`);
