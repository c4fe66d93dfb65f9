// A WebAuthn authenticator in software: makes an ES256 key, signs what a browser would sign. For what the edge must check.
// W3C Web Authentication 3, 6.1 (authenticator data), 6.5.4 (attestation object), 7.1 and 7.2 (what is verified).

type Options = { challenge: string };

const encoder = new TextEncoder();
const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const sha256 = async (bytes: Uint8Array<ArrayBuffer>) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const joined = (...parts: Uint8Array[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(parts.flatMap((part) => [...part]));

/** CBOR (RFC 8949) of what is needed here: small integers, short byte strings and texts, maps. */
function cbor(value: number | string | Uint8Array | Map<unknown, unknown>): Uint8Array {
  const head = (major: number, n: number) =>
    n < 24 ? [(major << 5) | n] : n < 256 ? [(major << 5) | 24, n] : [(major << 5) | 25, n >> 8, n & 255];
  if (typeof value === "number") {
    return new Uint8Array(value < 0 ? head(1, -1 - value) : head(0, value));
  }
  if (typeof value === "string") {
    const bytes = encoder.encode(value);
    return joined(new Uint8Array(head(3, bytes.length)), bytes);
  }
  if (value instanceof Uint8Array) return joined(new Uint8Array(head(2, value.length)), value);
  const pairs = [...value].flatMap(([k, v]) => [cbor(k as number), cbor(v as number)]);
  return joined(new Uint8Array(head(5, value.size)), ...pairs);
}

/** WebAuthn wants ASN.1 signatures; WebCrypto gives r and s side by side. */
function asn1(signature: Uint8Array): Uint8Array {
  const integer = (bytes: Uint8Array) => {
    let at = 0;
    while (at < bytes.length - 1 && bytes[at] === 0) at += 1;
    const body = bytes.subarray(at);
    const positive = (body[0] ?? 0) & 0x80 ? joined(new Uint8Array(1), body) : body;
    return joined(new Uint8Array([2, positive.length]), positive);
  };
  const body = joined(integer(signature.subarray(0, 32)), integer(signature.subarray(32)));
  return joined(new Uint8Array([0x30, body.length]), body);
}

export class Authenticator {
  readonly id = crypto.getRandomValues(new Uint8Array(16));
  readonly origin: string;
  private readonly keys: CryptoKeyPair;
  private counter = 0;

  private constructor(origin: string, keys: CryptoKeyPair) {
    this.origin = origin;
    this.keys = keys;
  }

  static async make(origin: string): Promise<Authenticator> {
    const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
      "sign",
      "verify",
    ]);
    return new Authenticator(origin, keys as CryptoKeyPair);
  }

  private clientData(type: string, challenge: string): Uint8Array<ArrayBuffer> {
    return joined(
      encoder.encode(JSON.stringify({ type, challenge, origin: this.origin, crossOrigin: false })),
    );
  }

  private async data(
    flags: number,
    attested: Uint8Array = new Uint8Array(),
  ): Promise<Uint8Array<ArrayBuffer>> {
    this.counter += 1;
    const count = new Uint8Array(4);
    new DataView(count.buffer).setUint32(0, this.counter);
    const host = await sha256(joined(encoder.encode(new URL(this.origin).hostname)));
    return joined(host, new Uint8Array([flags]), count, attested);
  }

  /** What navigator.credentials.create gives, as JSON. */
  async register({ challenge }: Options) {
    const raw = new Uint8Array((await crypto.subtle.exportKey("raw", this.keys.publicKey)) as ArrayBuffer);
    const key = cbor(
      new Map<number, number | Uint8Array>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, raw.subarray(1, 33)],
        [-3, raw.subarray(33)],
      ]),
    );
    const attested = joined(new Uint8Array(16), new Uint8Array([0, this.id.length]), this.id, key);
    const object = cbor(
      new Map<string, unknown>([
        ["fmt", "none"],
        ["attStmt", new Map()],
        ["authData", await this.data(0x45, attested as Uint8Array<ArrayBuffer>)],
      ]),
    );
    return this.credential({
      clientDataJSON: base64url(this.clientData("webauthn.create", challenge)),
      attestationObject: base64url(object),
      transports: ["internal"],
    });
  }

  /** What navigator.credentials.get gives, as JSON. */
  async assert({ challenge }: Options) {
    const authenticatorData = await this.data(0x05);
    const client = this.clientData("webauthn.get", challenge);
    const signed = joined(authenticatorData, await sha256(client)) as Uint8Array<ArrayBuffer>;
    const algorithm = { name: "ECDSA", hash: "SHA-256" };
    const signature = await crypto.subtle.sign(algorithm, this.keys.privateKey, signed);
    return this.credential({
      clientDataJSON: base64url(client),
      authenticatorData: base64url(authenticatorData),
      signature: base64url(asn1(new Uint8Array(signature))),
    });
  }

  private credential(response: Record<string, unknown>) {
    const id = base64url(this.id);
    return { id, rawId: id, type: "public-key", response, clientExtensionResults: {} };
  }
}
