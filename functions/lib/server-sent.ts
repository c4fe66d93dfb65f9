// Server-sent events (WHATWG HTML, 9.2): a reader (one name and one line of data per event; comments are skipped) and a writer that sends what
// a generator yields.

type ServerSent = { event: string; data: string } | "comment";

/** Events of our own streams. Leaving the loop cancels the stream, so that the sender stops. */
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

/**
 * The texts of a generator as a body. A reader that leaves ends the generator. The status is sent by then: an error is logged, and
 * `broken` is sent last.
 */
export function eventBody(source: AsyncGenerator<string>, broken: () => string): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await source.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        console.error("A stream broke off", error);
        controller.enqueue(encoder.encode(broken()));
        controller.close();
      }
    },
    async cancel() {
      await source.return(undefined);
    },
  });
}
