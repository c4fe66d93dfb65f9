// Which host names mean this machine. Pure.

/** `host` as URL.hostname writes it: addresses are in their dotted or bracketed form by then, so a name such as 127.example.org is none. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
