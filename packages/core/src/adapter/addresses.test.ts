import { describe, expect, it } from "vitest";
import { matcher, spellAddress } from "./addresses.ts";

describe("spellAddress", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:c000:201", "192.0.2.1"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["fe80::1%eth0", "fe80::1"],
    ["::", "::"],
  ])("writes %s as %s", (given, spelled) => {
    expect(spellAddress(given)).toBe(spelled);
  });

  it.each(["", "unknown", "_hidden", "1.2.3", "1.2.3.256", "a.example", "12345::", "1::2::3", "1]/[::1"])(
    "takes %j for no address",
    (given) => {
      expect(spellAddress(given)).toBeUndefined();
    },
  );
});

describe("matcher", () => {
  it.each([
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["192.0.2.128/25", "192.0.2.129", true],
    ["192.0.2.128/25", "192.0.2.127", false],
    ["192.0.2.1", "::ffff:192.0.2.1", true],
    ["0.0.0.0/0", "8.8.8.8", true],
    ["0.0.0.0/0", "2001:db8::1", false],
    ["2001:db8::/32", "2001:db8:ffff::1", true],
    ["2001:db8::/32", "2001:db9::1", false],
    ["loopback", "127.4.5.6", true],
    ["loopback", "::1", true],
    ["private", "172.31.0.1", true],
    ["private", "172.32.0.1", false],
  ])("%s and %s: %s", (entry, address, matches) => {
    expect(matcher([entry])(address)).toBe(matches);
  });

  it.each(["a.example", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/-1", "::/129", "10.0.0"])(
    "refuses %s",
    (entry) => {
      expect(() => matcher([entry])).toThrow(TypeError);
    },
  );
});
