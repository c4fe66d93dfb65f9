// Ports for servers on this machine: whether one is free, and a choice that no other program is given meanwhile.

import { randomInt } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

export const HOST = "127.0.0.1";
/** Below lie ports that are well known. */
const LOWEST = 20_000;
/** Where Linux begins by default, and other systems later. */
const EPHEMERAL_LOWEST = 32_768;
/** So many drawn ports in a row are taken only where hardly any is free. */
const TRIES = 20;

/** The port, if it is free. Throws if it is taken. */
export async function freePort(wanted: number): Promise<number> {
  const probe = createServer();
  probe.listen(wanted, HOST);
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return typeof address === "object" && address ? address.port : wanted;
}

/**
 * Any free port, one that the system hands out neither to a connection nor to a server that asks for any: a server that is to listen at it
 * later, or again after a restart, finds it free. Where the system hands out nearly all, one of these.
 */
export async function anyFreePort(end = ephemeralLowest()): Promise<number> {
  if (end <= LOWEST) return freePort(0);
  for (let tries = 1; ; tries++) {
    try {
      return await freePort(randomInt(LOWEST, end));
    } catch (error) {
      if (tries === TRIES) throw error;
    }
  }
}

/** The first of the ports that the system hands out by itself. */
export function ephemeralLowest(): number {
  try {
    return Number.parseInt(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8"), 10);
  } catch {
    return EPHEMERAL_LOWEST;
  }
}
