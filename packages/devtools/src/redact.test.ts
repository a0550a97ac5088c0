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
    expect(redact(`v1.x-${jwt}.rest, .${jwt}`)).toBe("v1.x-[redacted].rest, .[redacted]");
  });

  it.each([
    [
      "connect ECONNREFUSED postgres://me:hunter2@db:5432/app",
      "connect ECONNREFUSED postgres://me:[redacted]@db:5432/app",
    ],
    ["redis://:hunter2@cache", "redis://:[redacted]@cache"],
    ["http://localhost:3000/@me", "http://localhost:3000/@me"],
    ["login failed: user=ada password=hunter2", "login failed: user=ada password=[redacted]"],
    ["password=hunter2&name=ada", "password=[redacted]&name=ada"],
    ['Body was {"name":"ada","secret": "hunter2"}', 'Body was {"name":"ada","secret": "[redacted]"}'],
    ["Unexpected token: y in JSON", "Unexpected token: y in JSON"],
  ])("is what an error says of secrets: %s", (text, shown) => {
    expect(redact(text)).toBe(shown);
  });

  it("takes no longer for a text that is long", () => {
    for (const part of ["a.", "a-b:", "x=", '"a":"', "&a", "?a", "eyJ-", "eyJ-.", "http://a:"]) {
      const begun = performance.now();
      redact(part.repeat(100_000));
      expect(performance.now() - begun).toBeLessThan(2_000);
    }
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
  expect(redact(circle)).toEqual({ self: "[circular]" });
});

it("comes to an end where values stand in each other, and keeps what merely comes twice", () => {
  const user: Record<string, unknown> = { name: "Ada" };
  user["posts"] = new Map([1, 2, 3].map((id) => [id, { id, author: user, readers: new Set([user]) }]));
  const post = (id: number) => ({ id, author: "[circular]", readers: ["[circular]"] });
  expect(redact({ user, same: [user["name"], post(7), post(7)] })).toEqual({
    user: { name: "Ada", posts: { 1: post(1), 2: post(2), 3: post(3) } },
    same: ["Ada", post(7), post(7)],
  });
  const shared = { a: 1 };
  expect(redact([shared, shared])).toEqual([shared, shared]);
});

it("looks at so many values and no more, however many ways lead to them", () => {
  let all: unknown = 1;
  for (let i = 0; i < 60; i++) all = [all, all];
  expect(JSON.stringify(redact(all)).length).toBeLessThan(1_000_000);
  expect(redact({ list: [1, 2, 3, 4], after: 5 }, [], 4)).toEqual({ list: [1, 2] });
});
