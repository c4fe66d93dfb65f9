// Parses the resource of an address: a page's own (`/mix/?ref=owner/name`), or the short one to share (`/m/owner/name`). Pure.

export function refOf(
  { pathname, search }: { pathname: string; search: string },
  short: "m" | "a",
  key: string,
): string {
  const [, prefix, owner, name] = /^\/(m|a)\/([^/]+)\/([^/]+)\/?$/.exec(pathname) ?? [];
  if (prefix === short && owner && name) return `${decoded(owner)}/${decoded(name)}`;
  return new URLSearchParams(search).get(key)?.trim() ?? "";
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
