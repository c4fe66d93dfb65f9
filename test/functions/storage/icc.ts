// A colour profile as small as one can be (ICC.1:2022, 7.2 and 7.3): a header, one tag, and text.

export function iccProfile(text = "colours"): Uint8Array<ArrayBuffer> {
  const data = new TextEncoder().encode(text);
  const bytes = new Uint8Array(144 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length);
  bytes.set(new TextEncoder().encode("acsp"), 36);
  view.setUint32(128, 1);
  bytes.set(new TextEncoder().encode("desc"), 132);
  view.setUint32(136, 144);
  view.setUint32(140, data.length);
  bytes.set(data, 144);
  return bytes;
}
