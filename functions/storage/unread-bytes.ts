// Bytes that arrive in pieces and are read from the beginning: what was read is let go with the next piece.

export class UnreadBytes {
  protected bytes: Uint8Array;
  /** The next byte to read. */
  protected at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** How many bytes were not read yet. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  append(more: Uint8Array): void {
    const joined = new Uint8Array(this.left + more.length);
    joined.set(this.bytes.subarray(this.at));
    joined.set(more, this.left);
    this.bytes = joined;
    this.at = 0;
  }
}
