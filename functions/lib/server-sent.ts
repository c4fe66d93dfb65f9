// Server-sent events (WHATWG HTML, 9.2) as they are read here: one name and one line of data an event, comments told apart.

export type ServerSent = { event: string; data: string } | "comment";

/** Events of our own streams. Leaving the loop lets the sender know that nobody listens. */
export async function* serverSent(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSent> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) yield parsed(block);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function parsed(block: string): ServerSent {
  if (block.startsWith(":")) return "comment";
  const field = (name: string) =>
    block
      .split("\n")
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2) ?? "";
  return { event: field("event"), data: field("data") };
}
