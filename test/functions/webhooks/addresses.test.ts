// Where a webhook may go: public https addresses and names, in whatever form they are written.

import { describe, expect, it } from "vitest";
import { isPublic, targetOf } from "../../../functions/webhooks/addresses.ts";
import { faultOf } from "../../../functions/webhooks/resolve.ts";

const kindOf = (url: string, allowLoopback = false) => {
  const target = targetOf(url, allowLoopback);
  return typeof target === "string" ? "refused" : target.kind;
};

describe("an address", () => {
  it.each([
    "http://example.com/",
    "ftp://example.com/",
    "not an address",
    "https://user@example.com/",
    "https://user:word@example.com/",
    `https://example.com/${"x".repeat(2_000)}`,
  ])("of another kind is refused: %s", (url) => expect(kindOf(url)).toBe("refused"));

  it.each([
    "https://localhost/",
    "https://LOCALHOST./",
    "https://a.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://router.home.arpa/",
    "https://intranet/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0177.0.0.1/",
    "https://0x7f.0.0.1/",
    "https://0x7f000001/",
    "https://127.0.0.1./",
    "https://0/",
    "https://0.0.0.0/",
    "https://10.1.2.3/",
    "https://100.64.0.1/",
    "https://100.127.255.255/",
    "https://169.254.169.254/latest/meta-data/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.1.1/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[64:ff9b:1::1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:4136:e378::]/",
    "https://[2001:db8::1]/",
    "https://[fe80::1]/",
    "https://[fc00::1]/",
    "https://[fd12:3456::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[fd00:ec2::254]/",
  ])("that is not public is refused: %s", (url) => expect(kindOf(url)).toBe("refused"));

  it.each([
    "https://1.1.1.1/hook",
    "https://100.63.255.255/",
    "https://172.32.0.1:8443/",
    "https://[2606:4700::1111]/",
  ])("that is public passes: %s", (url) => expect(kindOf(url)).toBe("address"));

  it("with a host name must be resolved", () => {
    expect(targetOf("https://Hooks.Example.com./a?b", false)).toEqual({
      kind: "name",
      name: "hooks.example.com",
    });
  });

  it("of this machine passes in local development, and nothing else private does", () => {
    for (const url of ["http://127.0.0.1:9/", "http://localhost:9/", "https://[::1]/"]) {
      expect(kindOf(url, true)).toBe("address");
    }
    for (const url of [
      "https://10.0.0.1/",
      "http://example.com/",
      "ftp://127.0.0.1/",
      "https://169.254.169.254/",
    ]) {
      expect(kindOf(url, true)).toBe("refused");
    }
  });
});

describe("a name that resembles this machine", () => {
  it.each([
    "http://127.evil.example/",
    "http://127.0.0.1.evil.example/",
    "https://127.0.0.1.nip.io/",
    "http://localhost.evil.example/",
  ])("is not this machine: %s", (url) => expect(kindOf(url, true)).not.toBe("address"));
});

describe("a name that the platform answers itself", () => {
  it.each([
    "/cdn-cgi/explorer/api/d1/database",
    "/cdn-cgi",
    "/CDN-CGI/handler/scheduled",
    "//cdn-cgi/explorer",
    "/a/../cdn-cgi/explorer",
    "/%63dn-cgi/explorer",
    "/%2563dn-cgi/explorer",
    "/cdn-cgi%2fexplorer",
    "/.%2e/cdn-cgi/explorer",
    "/a%5ccdn-cgi/explorer",
  ])("is refused as a webhook: %s", (path) => {
    for (const host of [
      "http://127.0.0.1:8787",
      "http://localhost:8787",
      "http://[::1]:8787",
      "https://example.com",
    ]) {
      expect([host, kindOf(`${host}${path}`, true)]).toEqual([host, "refused"]);
    }
  });

  it("does not match a name that only contains it", () => {
    expect(kindOf("https://1.1.1.1/my-cdn-cgi-hook/100%25", false)).toBe("address");
  });
});

describe("a name", () => {
  it("passes only if every address of it is public", () => {
    expect(faultOf(["1.1.1.1", "2606:4700::1111"])).toBeNull();
    expect(faultOf([])).toBe("The name has no address.");
    for (const address of ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fd00::1"]) {
      expect(faultOf(["1.1.1.1", address])).toContain("not on the public internet");
    }
  });

  it("with an invalid DNS answer does not pass", () => {
    for (const text of [
      "",
      "1.2.3",
      "1.2.3.4.5",
      "1.2.3.256",
      "2606:4700",
      "2606::4700::1",
      "2606:zzzz::1",
      "x",
    ]) {
      expect([text, isPublic(text)]).toEqual([text, false]);
    }
  });
});
