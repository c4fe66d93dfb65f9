// Bytes as base64 (RFC 4648, section 4), by the engine. Runs in the Worker only: Node 24 and older browsers lack it.

/// <reference lib="esnext.typedarrays" />

export const toBase64 = (bytes: Uint8Array): string => bytes.toBase64();
