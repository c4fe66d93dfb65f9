// The list of refusal codes on /docs/errors/, from the contract's closed list and the remedies that the pages show.

import { ERROR_CODES, type ErrorCode } from "../../schema/contract/codes.ts";
import { REMEDIES } from "../remedies.ts";
import { escapeHtml } from "./escape.ts";

export function errorListHtml(): string {
  const rows = Object.entries(ERROR_CODES).map(
    ([code, { status, title }]) =>
      `<tr id="${code}"><th scope="row"><code>${code.replaceAll("_", "_<wbr>")}</code></th><td>${status}</td><td>${escapeHtml(title)}.</td><td>${escapeHtml(REMEDIES[code as ErrorCode])}</td></tr>`,
  );
  return `<table><thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">What happened</th><th scope="col">What to do</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}
