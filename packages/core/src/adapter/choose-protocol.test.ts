import { describe, expect, it } from "vitest";
import { protocolChooser } from "./choose-protocol.ts";

function chosen(offered: string | undefined, supported: readonly string[] = []): string | undefined {
  const headers: Record<string, string> = offered === undefined ? {} : { "sec-websocket-protocol": offered };
  return protocolChooser(supported)(new Request("http://h", { headers }));
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
