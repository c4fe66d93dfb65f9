// Parses one HTTP byte range (RFC 9110, section 14) and answers with a whole file or that range; every file is served through here. Several
// ranges at once are answered with the whole file, as the RFC allows.

import { Refusal } from "./refusal.ts";

export type ByteRange = { offset: number; length: number };

/** The requested range, null for the whole file, or "unsatisfiable". */
function parseRange(header: string | undefined, size: number): ByteRange | null | "unsatisfiable" {
  const match = /^bytes=\s*(\d*)-(\d*)$/i.exec(header?.trim() ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return null;
  if (match[1] === "") {
    const length = Math.min(Number(match[2]), size);
    return length === 0 ? "unsatisfiable" : { offset: size - length, length };
  }
  const offset = Number(match[1]);
  const last = match[2] === "" ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (offset >= size) return "unsatisfiable";
  return last < offset ? null : { offset, length: last - offset + 1 };
}

export type Served = {
  /** Strong: equal tags are equal bytes. */
  etag: string;
  sizeBytes: number;
  headers: Record<string, string>;
  /** The bytes of a range, or of all. */
  open: (range: ByteRange | null) => Promise<ReadableStream<Uint8Array>> | ReadableStream<Uint8Array>;
};

/** 304 if the client has the file, 206 for a range, 416 with the length for an unsatisfiable one, else 200. */
export async function rangeResponse(request: Request, served: Served): Promise<Response | Refusal> {
  const { etag, sizeBytes } = served;
  const headers = new Headers({
    etag,
    "accept-ranges": "bytes",
    // Other people's bytes: nothing in them may run, whatever a browser takes them for.
    "content-security-policy": "default-src 'none'; sandbox",
    // Made to be embedded: a page of another origin shows pictures in <img>. Who may see them is asked of the request itself.
    "cross-origin-resource-policy": "cross-origin",
    ...served.headers,
  });
  if (matchesEtag(request.headers.get("if-none-match"), etag))
    return new Response(null, { status: 304, headers });
  // Range is defined for GET alone (RFC 9110, 14.2).
  const range =
    request.method === "GET" && isWanted(request, etag)
      ? parseRange(request.headers.get("range") ?? undefined, sizeBytes)
      : null;
  if (range === "unsatisfiable") {
    return new Refusal("range_unsatisfiable", `The file has ${sizeBytes} bytes.`, [], {
      wholeBytes: sizeBytes,
    });
  }
  headers.set("content-length", String(range ? range.length : sizeBytes));
  if (range) {
    headers.set("content-range", `bytes ${range.offset}-${range.offset + range.length - 1}/${sizeBytes}`);
  }
  return new Response(await served.open(range), { status: range ? 206 : 200, headers });
}

const matchesEtag = (header: string | null, etag: string) =>
  header?.split(",").some((part) => part.trim() === "*" || part.trim().replace(/^W\//, "") === etag) ?? false;

/** If-Range (RFC 9110, 13.1.5): a range of other bytes than the client has would spoil its file. A weak tag and a date never match. */
function isWanted(request: Request, etag: string): boolean {
  const condition = request.headers.get("if-range");
  return condition === null || condition.trim() === etag;
}
