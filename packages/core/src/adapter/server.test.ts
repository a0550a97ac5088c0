import { memoryLogger } from "../../test/harness.ts";
import { describe, expect, it } from "vitest";
import { answered, isForEndpoint, portOf, stopOnce, untilNone, urlOf } from "./server.ts";

it.each([
  ["http", "localhost", 3_000, "http://localhost:3000/"],
  ["https", "10.0.0.7", 8_443, "https://10.0.0.7:8443/"],
  ["http", "::1", 3_000, "http://[::1]:3000/"],
  ["http", "0.0.0.0", 3_000, "http://localhost:3000/"],
  ["https", "::", 3_000, "https://localhost:3000/"],
] as const)("the URL of %s on %s, port %i", (scheme, hostname, port, url) => {
  expect(urlOf(scheme, hostname, port).href).toBe(url);
});

it.each([[""], ["x"], ["80 80"], ["-1"], [-1], [65_536], [1.5], [Number.NaN], [null], ["/tmp/pipe"]])(
  "%j is no port",
  (port) => {
    expect(() => portOf(port)).toThrow(RangeError);
  },
);

it.each([
  [0, 0],
  ["3000", 3_000],
  [65_535, 65_535],
  [undefined, undefined],
])("%j is the port %j", (given, port) => {
  expect(portOf(given)).toBe(port);
});

it("a server stops once, and all who ask wait for it", async () => {
  const asked: unknown[] = [];
  let through = () => {};
  const stop = stopOnce((options) => {
    asked.push(options);
    return new Promise((resolve) => (through = resolve));
  });
  const [first, second] = [stop({ timeoutMs: 5 }), stop()];
  expect(second).toBe(first);
  through();
  await Promise.all([first, second]);
  expect(asked).toEqual([{ timeoutMs: 5 }]);
});

describe("a request is for the endpoint", () => {
  const fetch = () => new Response();
  it.each([
    ["/ws", "websocket", { path: "/ws", fetch }, true],
    ["/ws?token=1", "WebSocket", { path: "/ws", fetch }, true],
    ["/other", "websocket", { path: "/ws", fetch }, false],
    ["/ws/", "websocket", { path: "/ws", fetch }, false],
    ["/ws", undefined, { path: "/ws", fetch }, false],
    ["/ws", undefined, { path: "/ws" }, true],
    ["/ws", "h2c", { path: "/ws", fetch }, false],
    ["/anything", "websocket", {}, true],
    ["/anything", undefined, {}, false],
  ])("%s with an upgrade to %s, where %j is served: %s", (target, upgrade, options, expected) => {
    const headers = upgrade === undefined ? {} : { upgrade };
    expect(isForEndpoint(new Request(`http://localhost${target}`, { headers }), options)).toBe(expected);
  });
});

it("waits until nothing is left, and not beyond its time", async () => {
  let left = 3;
  await untilNone(() => left--, performance.now() + 10_000);
  expect(left).toBe(-1);
  await untilNone(() => 1, performance.now() + 20);
});

describe("what a fetch answers", () => {
  async function statusOf(given: () => unknown): Promise<[status: number, logged: number]> {
    const logger = memoryLogger();
    const { status } = await answered(logger, given);
    return [status, logger.lines.length];
  }

  it("is 500 and one line of the log exactly where a header has a control character", async () => {
    for (let code = 1; code <= 0xff; code++) {
      const char = String.fromCharCode(code);
      if ("\r\n".includes(char)) continue;
      const control = (code < 0x20 && char !== "\t") || code === 0x7f;
      const given = () => new Response("x", { headers: { "x-own": `a${char}b` } });
      const expected = control ? [500, 1] : [200, 0];
      expect([code, ...(await statusOf(given))]).toEqual([code, ...expected]);
      expect(await statusOf(async () => given())).toEqual(expected);
    }
  });

  it.each(["headers", "status", "bodyUsed"])("is 500 where a class of its own throws for %s", async (member) => {
    const given = Object.defineProperty(new Response("x"), member, {
      get() {
        throw new Error("not even looked at");
      },
    });
    expect(await statusOf(() => given)).toEqual([500, 1]);
    expect(await statusOf(async () => given)).toEqual([500, 1]);
  });

  it("is 500 where the status is none", async () => {
    expect(await statusOf(() => Object.defineProperty(new Response("x"), "status", { value: 99_999 }))).toEqual([
      500, 1,
    ]);
  });
});
