import { describe, expect, it } from "vitest";
import { checkPath, isUpgrade } from "./endpoint.ts";
import { canonicalOrigin, isHost, isSameHost } from "./host.ts";

describe("isHost", () => {
  it.each([
    "a.example",
    "a.example:443",
    "localhost:0",
    "127.0.0.1",
    "[::1]:3000",
    "App.Example",
    "xn--bcher-kva.example",
    "a:",
  ])("takes %s", (host) => expect(isHost(host)).toBe(true));

  it.each([
    null,
    "",
    " ",
    "a b",
    "a:99999",
    "a:x",
    "user@a",
    "a/b",
    "a?b",
    "a#b",
    "a\\b",
    "a, b",
    "[::1",
    "::1",
    "http://a",
    "a:1:2",
    "bücher.example",
    "bÃ¼cher.example",
    "a\u0000b",
  ])("refuses %j", (host) => expect(isHost(host)).toBe(false));
});

describe("isSameHost", () => {
  it.each([
    ["app.example", "https://app.example"],
    ["app.example:443", "https://app.example"],
    ["app.example", "https://app.example:443"],
    ["app.example:80", "http://app.example"],
    ["App.Example", "https://app.example"],
    ["[0:0:0:0:0:0:0:1]:3000", "http://[::1]:3000"],
    ["localhost:5173", "http://localhost:5173"],
    ["xn--bcher-kva.example", "http://bücher.example"],
  ])("of %s is %s", (host, origin) => expect(isSameHost(origin, host)).toBe(true));

  it.each([
    ["app.example", "https://evil.example"],
    ["app.example:443", "http://app.example"],
    ["app.example", "http://app.example:8080"],
    ["app.example", "null"],
    ["", "file://"],
    ["app.example", "file://app.example"],
    ["app.example", "chrome-extension://app.example"],
    ["app.example", "https://evil@app.example"],
    ["app.example", "https://app.example/path"],
    ["app.example", "https://app.example, https://evil.example"],
    ["app.example", "https://"],
    ["app.example", "app.example"],
  ])("of %s is not %s", (host, origin) => expect(isSameHost(origin, host)).toBe(false));
});

describe("canonicalOrigin", () => {
  it.each([
    ["https://App.example:443/", "https://app.example"],
    ["http://localhost:5173", "http://localhost:5173"],
    ["chrome-extension://abc", "chrome-extension://abc"],
    ["capacitor://localhost", "capacitor://localhost"],
    ["file://", "file://"],
    ["null", "null"],
  ])("writes %s as %s", (given, canonical) => expect(canonicalOrigin(given)).toBe(canonical));

  it.each(["*", "https://*.example", "app.example", "https://app.example/path", "https://a.example?x", "", "https:"])(
    "takes %j for none",
    (given) => expect(canonicalOrigin(given)).toBeUndefined(),
  );
});

describe("isUpgrade", () => {
  it.each(["websocket", "WebSocket", "h2c, websocket", "websocket,h2c", " websocket "])("finds it in %j", (upgrade) =>
    expect(isUpgrade(upgrade)).toBe(true),
  );

  it.each([undefined, null, "", "h2c", "TLS/1.0, HTTP/1.1", "websocket2", "xwebsocket"])("does not in %j", (upgrade) =>
    expect(isUpgrade(upgrade)).toBe(false),
  );
});

describe("checkPath", () => {
  it.each([undefined, "/", "/ws", "/a/b.c", "/ws:1", "/%C3%A9", "/ws/"])("takes %j", (path) =>
    expect(() => checkPath(path)).not.toThrow(),
  );

  it.each([
    "/ws/*",
    "*",
    "/ws/:id",
    "/:id",
    "ws",
    "",
    "/ws?x",
    "/ws#x",
    "/a/../ws",
    "/a b",
    "/é",
    "http://host/ws",
    "/a\\b",
  ])("refuses %j, which no request would meet", (path) => expect(() => checkPath(path)).toThrow(TypeError));
});
