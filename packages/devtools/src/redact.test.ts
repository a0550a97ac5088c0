import { describe, expect, it } from "vitest";
import { redactor } from "./redact.ts";

const redact = redactor(undefined);

describe("what is hidden", () => {
  it.each([
    "password",
    "userPassword",
    "passwd",
    "accessToken",
    "refresh_token",
    "Authorization",
    "Cookie",
    "set-cookie",
    "clientSecret",
    "apiKey",
    "x-api-key",
    "privateKey",
    "sessionId",
    "otp",
    "pin",
    "cardNumber",
    "jwt",
  ])("is %s", (name) => {
    expect(redact({ [name]: "value" })).toEqual({ [name]: "[redacted]" });
    expect(redact({ deep: [{ [name]: { any: "thing" } }] })).toEqual({ deep: [{ [name]: "[redacted]" }] });
  });

  it.each(["text", "name", "spin", "opinion", "author"])("is not %s", (name) => {
    expect(redact({ [name]: "value" })).toEqual({ [name]: "value" });
  });

  it("is what stands in a text: parameters of a URL, credentials, web tokens", () => {
    const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
    expect(redact({ url: "wss://x.io/ws?room=7&access_token=abc123&x=1" })).toEqual({
      url: "wss://x.io/ws?room=7&access_token=[redacted]&x=1",
    });
    expect(redact("sent Authorization: Bearer abcdefgh12345678")).toBe("sent Authorization: Bearer [redacted]");
    expect(redact(`it is ${jwt}!`)).toBe("it is [redacted]!");
  });

  it("is what the rule says, by name or by a function that may also show", () => {
    expect(redactor(["Email"])({ email: "a@b.c", password: "x" })).toEqual({
      email: "[redacted]",
      password: "[redacted]",
    });
    const rule = redactor((path, value) =>
      path.join(".") === "payload.token" ? false : value === 7 ? true : undefined,
    );
    expect(rule({ payload: { token: "shown", n: 7 }, token: "hidden" })).toEqual({
      payload: { token: "shown", n: "[redacted]" },
      token: "[redacted]",
    });
  });
});

it("makes JSON of what is none, and changes nothing of what it is given", () => {
  const given = { big: 1n, bytes: new Uint8Array(3), at: new Date(0), map: new Map([["secret", 1]]), none: undefined };
  expect(redact(given)).toEqual({
    big: "1n",
    bytes: "[3 bytes]",
    at: "1970-01-01T00:00:00.000Z",
    map: { secret: "[redacted]" },
    none: undefined,
  });
  expect(given.big).toBe(1n);
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  expect(JSON.stringify(redact(circle))).toContain("[redacted]");
});
