// Maps an installer's output to advice. Pure: text in, advice or null out.

/** @type {[sign: RegExp, remedy: string][]} */
const REMEDIES = [
  [/ENOSPC|No space left on device/, "The disk is full. Free some space, then try again."],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|NewConnectionError|ReadTimeoutError|Temporary failure in name/,
    "A package registry could not be reached. Check the network (and HTTPS_PROXY, if you need one), then try again.",
  ],
  [/EACCES|Permission denied/, "A file here belongs to another user. Check who owns this folder (ls -la)."],
  [
    /No matching distribution found|Could not find a version/,
    "A pinned Python package does not exist for this Python or processor. Python 3.11 to 3.13 on x86-64 or arm64 is known to work; PYTHON=/path/to/python3.12 chooses one.",
  ],
  [
    /EUSAGE|in sync/,
    "package.json and package-lock.json disagree. Undo local changes to them, or run `npm install`.",
  ],
];

export function diagnose(output) {
  return REMEDIES.find(([sign]) => sign.test(output))?.[1] ?? null;
}
