import { describe, expect, it } from "vitest";
import { wrongHandshake } from "./handshake.ts";

const SENT = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

function statusOf(changes: Record<string, string | undefined>, whole = true, method = "GET"): number | undefined {
  const headers = new Headers();
  for (const [name, value] of Object.entries({ ...SENT, ...changes }))
    if (value !== undefined) headers.set(name, value);
  return wrongHandshake({ url: "http://h/", method, headers }, whole)?.response.status;
}

const NOTHING = { connection: undefined, "sec-websocket-version": undefined, "sec-websocket-key": undefined };

describe("an opening handshake", () => {
  it.each([
    {},
    { connection: "keep-alive, upgrade" },
    { upgrade: "h2c, WebSocket" },
    { "sec-websocket-version": " 13 " },
    { "content-length": "0" },
  ])("is one with %j", (changes) => {
    expect(statusOf(changes)).toBeUndefined();
  });

  it.each([
    [{ upgrade: undefined }, 426],
    [{ upgrade: "websockets" }, 426],
    [{ "sec-websocket-version": undefined }, 426],
    [{ "sec-websocket-version": "8" }, 426],
    [{ "sec-websocket-version": "13, 13" }, 426],
    [{ "sec-websocket-key": undefined }, 400],
    [{ "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAAA=" }, 400],
    [{ connection: undefined }, 400],
    [{ connection: "upgraded" }, 400],
    [{ "content-length": "1" }, 400],
    [{ "content-length": "x" }, 400],
    [{ "transfer-encoding": "chunked" }, 400],
  ])("is none with %j: %i", (changes, status) => {
    expect(statusOf(changes)).toBe(status);
  });

  it("begins with GET", () => {
    for (const method of ["POST", "HEAD", "get"]) expect(statusOf({}, true, method)).toBe(405);
  });

  it("of which no more is told than that it is one may lack the rest, but have nothing wrong", () => {
    expect(statusOf(NOTHING, false)).toBeUndefined();
    expect(statusOf({ ...NOTHING, connection: "close" }, false)).toBeUndefined();
    expect(statusOf({ ...NOTHING, "sec-websocket-version": "8" }, false)).toBe(426);
    expect(statusOf({ ...NOTHING, "sec-websocket-key": "x" }, false)).toBe(400);
    expect(statusOf(NOTHING, false, "POST")).toBe(405);
  });
});
