// The orientation of a picture (EXIF 2.32, 4.6.4, tag 0x0112), the only part of EXIF that is needed to display it. Reads it from any EXIF and
// writes an EXIF that contains nothing else. Pure.

const ORIENTATION = 0x0112;
const SHORT = 3;
export const UPRIGHT = 1;
const MAX = 8;

/** 1 to 8; upright where it is not said, or not so that it can be read. */
export function orientationOf(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 14) return UPRIGHT;
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return UPRIGHT;
  const little = order === 0x4949;
  const at = view.getUint32(4, little);
  if (view.getUint16(2, little) !== 42 || at + 2 > tiff.length) return UPRIGHT;
  const count = view.getUint16(at, little);
  for (let i = 0; i < count && at + 2 + 12 * (i + 1) <= tiff.length; i++) {
    const entry = at + 2 + 12 * i;
    if (view.getUint16(entry, little) !== ORIENTATION) continue;
    const value = view.getUint16(entry + 2, little) === SHORT ? view.getUint16(entry + 8, little) : UPRIGHT;
    return value >= UPRIGHT && value <= MAX ? value : UPRIGHT;
  }
  return UPRIGHT;
}

/** A TIFF structure with that one tag: 26 bytes, big-endian. */
export function exifOf(orientation: number): Uint8Array<ArrayBuffer> {
  const tiff = new Uint8Array(26);
  const view = new DataView(tiff.buffer);
  tiff.set([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1]);
  view.setUint16(10, ORIENTATION);
  view.setUint16(12, SHORT);
  view.setUint32(14, 1);
  view.setUint16(18, orientation);
  return tiff;
}

/** Width and height as the picture is seen: 5 to 8 lay it on its side. */
export const turned = <S extends { width: number; height: number }>(size: S, orientation: number): S =>
  orientation >= 5 ? { ...size, width: size.height, height: size.width } : size;
