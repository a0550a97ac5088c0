import { describe, expect, it } from "vitest";
import { readForwarded } from "./proxy.ts";
import type { TrustProxy } from "./upgrade-options.ts";

function told(trust: TrustProxy, headers: Record<string, string>, socketAddress = "::ffff:10.0.0.1") {
  return readForwarded(trust)(new Headers(headers), socketAddress);
}

const chain = { "x-forwarded-for": "6.6.6.6, 203.0.113.7, 10.0.0.2" };

describe("trustProxy", () => {
  it.each([
    [0, "10.0.0.1"],
    [1, "10.0.0.2"],
    [2, "203.0.113.7"],
    [3, "6.6.6.6"],
    [9, "6.6.6.6"],
    [["10.0.0.0/8"], "203.0.113.7"],
    [["10.0.0.1"], "10.0.0.2"],
    [["192.0.2.1"], "10.0.0.1"],
    [["private"], "203.0.113.7"],
  ] as const)("%j finds %s behind its proxies", (trust, address) => {
    expect(told(trust, chain)).toMatchObject({ remoteAddress: address });
  });

  it("takes host and scheme from the outermost proxy that it trusts, and from none otherwise", () => {
    const headers = { "x-forwarded-host": "evil.example, app.example", "x-forwarded-proto": "https" };
    expect(told(1, { ...headers, "x-forwarded-for": "203.0.113.7" })).toMatchObject({
      host: "app.example",
      scheme: "https",
    });
    expect(told(0, { ...headers, "x-forwarded-for": "203.0.113.7" })).toMatchObject({
      host: undefined,
      scheme: undefined,
    });
    expect(told(["192.0.2.1"], headers)).toMatchObject({ host: undefined, scheme: undefined });
    expect(told(1, { "x-forwarded-for": "203.0.113.7", "x-forwarded-host": "a b" })).toMatchObject({ host: undefined });
  });

  it("takes the host of a proxy that writes no address", () => {
    expect(told(1, { "x-forwarded-host": "app.example" })).toMatchObject({
      remoteAddress: "10.0.0.1",
      host: "app.example",
    });
  });

  it("reads Forwarded", () => {
    const forwarded = 'for=6.6.6.6, For="[2001:db8:cafe::17]:4711";proto=https;host="app.example"';
    expect(told(1, { forwarded })).toEqual({
      remoteAddress: "2001:db8:cafe::17",
      host: "app.example",
      scheme: "https",
    });
    expect(told(1, { forwarded: "for=_hidden" })).toMatchObject({ remoteAddress: undefined });
    expect(told(1, { forwarded: 'for="1.2.3.4, 5.6.7.8"' })).toMatchObject({ remoteAddress: undefined });
  });

  it.each([
    'for=9.9.9.9;x=", for="[2001:db8::1]"',
    'for=9.9.9.9;x=", for=1.2.3.4;host="app.example:8443"',
    'x="\\, for="[2001:db8::1]"',
    'for="1.2.3.4',
    "for=1.2.3.4;for=5.6.7.8",
    "for = 1.2.3.4",
    "for=",
    "1.2.3.4",
    'for="a"b',
  ])("takes nothing from a Forwarded that cannot be read as a whole: %s", (forwarded) => {
    expect(told({ proxies: 1, header: "forwarded" }, { forwarded })).toBe("ambiguous");
    expect(told(1, { forwarded, "x-forwarded-for": "1.2.3.4" })).toBe("ambiguous");
    expect(told({ proxies: 1, header: "x-forwarded" }, { forwarded, "x-forwarded-for": "1.2.3.4" })).toMatchObject({
      remoteAddress: "1.2.3.4",
    });
  });

  it("reads nothing inside of a quoted value", () => {
    expect(told(1, { forwarded: 'x=";for=9.9.9.9;";for=1.2.3.4' })).toMatchObject({ remoteAddress: "1.2.3.4" });
    expect(told(1, { forwarded: 'for=6.6.6.6, x="a, for=9.9.9.9 ,\\"" ; for="1.2.3.4:80"' })).toMatchObject({
      remoteAddress: "1.2.3.4",
    });
  });

  it("takes host and scheme of Forwarded from where a trusted proxy wrote, not from whom it forwards", () => {
    const spoofed = "for=6.6.6.6;host=evil.example;proto=https, for=203.0.113.7";
    expect(told(1, { forwarded: spoofed })).toEqual({
      remoteAddress: "203.0.113.7",
      host: undefined,
      scheme: undefined,
    });
    const chained = "for=6.6.6.6;host=evil.example, for=203.0.113.7;host=app.example, for=10.0.0.2;proto=https";
    expect(told(2, { forwarded: chained })).toEqual({
      remoteAddress: "203.0.113.7",
      host: "app.example",
      scheme: "https",
    });
    expect(told(1, { forwarded: chained })).toMatchObject({ host: undefined, scheme: "https" });
    expect(told(["private"], { forwarded: chained })).toMatchObject({ host: "app.example" });
    expect(told(9, { forwarded: "for=203.0.113.7;host=app.example" })).toMatchObject({ host: "app.example" });
  });

  it.each([
    ['for="203.0.113.7:_http"', "203.0.113.7"],
    ['for="[2001:db8::1]:_a.b-c"', "2001:db8::1"],
    ['for="[fe80::1%25eth0]:80"', "fe80::1"],
    ["for=_203.0.113.7", undefined],
    ['for="[::1]/@evil[]"', undefined],
    ['for="::1]:80/["', undefined],
  ])("finds in %s the address %s", (forwarded, remoteAddress) => {
    expect(told(1, { forwarded })).toMatchObject({ remoteAddress });
  });

  it.each(["", ",", " , "])("knows no address of a list of none: %j", (none) => {
    expect(told(1, { "x-forwarded-for": none })).toMatchObject({ remoteAddress: "10.0.0.1" });
    expect(told(1, { forwarded: none })).toMatchObject({ remoteAddress: "10.0.0.1" });
    expect(told(1, { forwarded: "host=a.example" })).toMatchObject({ remoteAddress: undefined });
  });

  it.each(["1.2.3.4,", ",1.2.3.4", "6.6.6.6,, 1.2.3.4 , "])("skips what is empty in %j", (sent) => {
    expect(told(1, { "x-forwarded-for": sent })).toMatchObject({ remoteAddress: "1.2.3.4" });
    expect(told(1, { forwarded: sent.replaceAll(/([\d.]{7})/g, "for=$1") })).toMatchObject({
      remoteAddress: "1.2.3.4",
    });
  });

  it("believes neither of two that disagree, unless told which one the proxy writes", () => {
    const both = { "x-forwarded-for": "203.0.113.7", forwarded: "for=6.6.6.6" };
    expect(told(1, both)).toBe("ambiguous");
    expect(told({ proxies: 1, header: "x-forwarded" }, both)).toMatchObject({ remoteAddress: "203.0.113.7" });
    expect(told({ proxies: 1, header: "forwarded" }, both)).toMatchObject({ remoteAddress: "6.6.6.6" });
    expect(told(1, { ...both, forwarded: "for=203.0.113.7" })).toMatchObject({ remoteAddress: "203.0.113.7" });
  });

  it("knows addresses with ports, and what is no address", () => {
    expect(told(1, { "x-forwarded-for": "203.0.113.7:5000" })).toMatchObject({ remoteAddress: "203.0.113.7" });
    expect(told(1, { "x-forwarded-for": "[2001:db8::1]:5000" })).toMatchObject({ remoteAddress: "2001:db8::1" });
    expect(told(1, { "x-forwarded-for": "unknown" })).toMatchObject({ remoteAddress: undefined });
  });

  it.each([
    -1,
    1.5,
    Number.NaN,
    true,
    null,
    "loopback",
    ["nginx"],
    ["constructor"],
    [null],
    [["10.0.0.1"]],
    ["10.0.0.0/8/24"],
    {},
    { proxies: null },
    { proxies: "1" },
    { header: "forwarded" },
    { proxies: 1, header: "x-forwarded-for" },
    { proxies: 1, heder: "forwarded" },
  ])("cannot be %j", (trust) => {
    expect(() => readForwarded(trust as TrustProxy)).toThrow(/^trustProxy/);
  });
});
