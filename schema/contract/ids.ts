// Ids start with their kind: three characters, an underscore, 20 characters of Crockford base32 (time first, so they sort by age).

import { z } from "zod";

export const ID_KINDS = [
  "usr",
  "adp",
  "ver",
  "job",
  "run",
  "lse",
  "cmp",
  "img",
  "key",
  "rnr",
  "blb",
  "slt",
  "upl",
  "col",
  "cmt",
  "ntf",
  "rep",
  "act",
  "apl",
  "mix",
  "whk",
  "dlv",
  "pic",
] as const;
export type IdKind = (typeof ID_KINDS)[number];
export type Id<K extends IdKind> = `${K}_${string}`;

export const idOf = <K extends IdKind>(kind: K) =>
  z.templateLiteral([`${kind}_`, z.string().regex(/^[0-9a-z]{20,32}$/)]).meta({
    description: `Id of kind ${kind}`,
  });

export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hexadecimal digits")
  .meta({ description: "SHA-256 of the bytes, lower-case hexadecimal" });

export const Timestamp = z.iso.datetime().meta({ description: "RFC 3339, UTC" });

export const Handle = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, "must be 1 to 40 of a-z, 0-9 and inner hyphens")
  .meta({ description: "An owner's public name" });

const OWNER_AND_NAME = "[a-z0-9][a-z0-9-]{0,39}\\/[a-z0-9][a-z0-9-]{0,63}";

/** An adapter or a collection whole. A number would name one version, which is not what is asked for where this is taken. */
export const OwnerAndName = z
  .string()
  .regex(new RegExp(`^${OWNER_AND_NAME}$`), "must look like owner/name, without a version's number")
  .meta({ description: "owner/name" });

/** `owner/name` or `owner/name:3`; without a number the newest published version is meant. */
export const AdapterRef = z
  .string()
  .regex(new RegExp(`^${OWNER_AND_NAME}(?::[1-9][0-9]{0,5})?$`), "must look like owner/name or owner/name:3")
  .meta({ description: "owner/name, or owner/name:number for one version" });
