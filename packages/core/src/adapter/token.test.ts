import { describe, expect, it } from "vitest";
import { bearerToken } from "./token.ts";

describe("bearerToken", () => {
  const from = (headers: Record<string, string>, url = "http://h/ws") => bearerToken(new Request(url, { headers }));

  it("reads the header, the subprotocol and the query", () => {
    expect(from({ authorization: "Bearer abc" }, "http://h/ws?token=q")).toBe("abc");
    expect(from({ "sec-websocket-protocol": "ws-kit, ws-kit.token.%C3%A9%E2%82%AC" })).toBe("é€");
    expect(from({}, "http://h/ws?token=q")).toBe("q");
    expect(from({}, "http://h/ws?token=")).toBeUndefined();
    expect(from({ authorization: "Basic abc" })).toBeUndefined();
  });
});
