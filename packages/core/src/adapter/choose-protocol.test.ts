import { describe, expect, it } from "vitest";
import { protocolChooser } from "./choose-protocol.ts";

function choice(offered: string | undefined, supported: readonly string[] = [], codec: { name?: string } = {}) {
  const headers: Record<string, string> = offered === undefined ? {} : { "sec-websocket-protocol": offered };
  return protocolChooser(supported)(new Request("http://h", { headers }), codec);
}

function chosen(offered: string | undefined, supported?: readonly string[]): string | undefined {
  return choice(offered, supported).protocol;
}

describe("the subprotocol", () => {
  it("is the first of the list that is on offer, or WS-Kit's own", () => {
    expect(chosen("chat.v1, chat.v2", ["chat.v2", "chat.v1"])).toBe("chat.v2");
    expect(chosen("ws-kit, chat.v1", ["chat.v2", "chat.v1"])).toBe("chat.v1");
    expect(chosen("ws-kit,ws-kit.token.abc", ["chat.v1"])).toBe("ws-kit");
    expect(chosen("ws-kit, ws-kit.token.abc")).toBe("ws-kit");
    expect(chosen(undefined, ["chat.v1"])).toBeUndefined();
  });

  it.each(["ws-kit.token.abc", "chat.v1", '"q"', "a b", "", "CHAT.V2"])(
    "is not %j, which nobody supports",
    (offered) => {
      expect(chosen(offered, ["chat.v2"])).toBeUndefined();
    },
  );

  it.each(["a b", '"q"', "", "a,b", "ws-kit.token.abc", 7])("cannot be called %j", (name) => {
    expect(() => protocolChooser([name as string])).toThrow("cannot be the name of a subprotocol");
  });
});

describe("the codec", () => {
  it.each([
    [undefined, "json", undefined],
    ["chat.v1", "json", undefined],
    ["ws-kit.json", "json", "ws-kit.json"],
    ["ws-kit.msgpack, ws-kit", "json", "ws-kit"],
    ["ws-kit.msgpack, ws-kit", "msgpack", "ws-kit.msgpack"],
    ["ws-kit.msgpack,ws-kit.token.abc", "msgpack", "ws-kit.msgpack"],
    ["chat.v2, ws-kit.msgpack", "msgpack", "chat.v2"],
  ])("of a client that offers %j is %s", (offered, name, protocol) => {
    expect(choice(offered, ["chat.v2"], { name })).toEqual({ protocol, refusal: undefined });
  });

  it.each([
    ["ws-kit.msgpack", "json", '"json", by the subprotocol ws-kit; the client offers "msgpack"'],
    [undefined, "msgpack", '"msgpack", by the subprotocol ws-kit.msgpack; the client offers "json"'],
    ["ws-kit,ws-kit.token.a", "msgpack", '"msgpack", by the subprotocol ws-kit.msgpack; the client offers "json"'],
    ["chat.v2", "msgpack", '"msgpack", by the subprotocol ws-kit.msgpack; the client offers "json"'],
    ["ws-kit.cbor, ws-kit.", "msgpack", '"msgpack", by the subprotocol ws-kit.msgpack; the client offers "cbor", ""'],
  ])("of a client that offers %j is not %s, and the refusal names both", (offered, name, refusal) => {
    const outcome = choice(offered, ["chat.v2"], { name });
    expect(outcome).toEqual({ protocol: undefined, refusal: `This endpoint speaks ${refusal}` });
  });

  it("is not asked for by a name to which the application has given a meaning", () => {
    expect(choice("ws-kit.v2", ["ws-kit.v2"])).toEqual({ protocol: "ws-kit.v2", refusal: undefined });
  });

  it("is left to the listener by who leads a request on to it", () => {
    const req = new Request("http://h", { headers: { "sec-websocket-protocol": "ws-kit.msgpack, chat.v1, ws-kit" } });
    expect(protocolChooser(["chat.v1"])(req, undefined).protocol).toBe("chat.v1");
    expect(protocolChooser()(req, undefined).protocol).toBeUndefined();
  });
});
