import { describe, expect, it } from "vitest";
import { bench, gate, memoryLogger } from "../../test/harness.ts";
import type { UpgradeRefused } from "../api/facts.ts";
import { createRouter } from "../router/create-router.ts";
import { createAdmit } from "./admission.ts";
import { createEntrance } from "./entrance.ts";
import type { Admission, AnyUpgradeOptions, Peer } from "./upgrade-options.ts";

function rig(options: AnyUpgradeOptions, headers: Record<string, string> = {}) {
  const logger = memoryLogger();
  const { hub, clock } = bench(createRouter({ logger }));
  const admit = createAdmit(options);
  const ask = async (more: Record<string, string> = {}) => {
    const req = new Request("http://app.example.com/ws?token=q", {
      headers: { upgrade: "websocket", host: "app.example.com", ...headers, ...more },
    });
    return admit(hub, req, () => ({ remoteAddress: "::ffff:10.0.0.1", request: "the runtime's own" }));
  };
  return { hub, clock, logger, ask };
}

async function status(options: AnyUpgradeOptions, headers?: Record<string, string>): Promise<number | "in"> {
  const outcome = await rig(options, headers).ask();
  return outcome instanceof Response ? outcome.status : "in";
}

class User {
  name = "Ada";
}

describe("a runtime's own form of a request", () => {
  async function made(options: AnyUpgradeOptions, headers: Record<string, string> = {}): Promise<number> {
    const { hub } = bench(createRouter());
    const sent = new Headers({ upgrade: "websocket", host: "a.example", ...headers });
    let count = 0;
    let request: Request | undefined;
    const toRequest = () => {
      if (request === undefined) count++;
      return (request ??= new Request("http://a.example/ws", { headers: sent }));
    };
    const source = () => ({ remoteAddress: "10.0.0.1", request: undefined });
    const outcome = await createAdmit(options)(
      hub,
      { url: "http://a.example/ws", method: "GET", headers: sent, toRequest },
      source,
    );
    expect(outcome).not.toBeInstanceOf(Response);
    return count;
  }

  it("becomes a Request once, and only where the application is asked", async () => {
    const origin = { origin: "http://a.example" };
    expect(await made({})).toBe(0);
    expect(await made({}, origin)).toBe(0);
    expect(await made({ allowedOrigins: ["http://a.example"], maxConnections: 9 }, origin)).toBe(0);
    const isRequest = (req: Request) => req instanceof Request && req.url === "http://a.example/ws";
    const key = (req: Request) => String(isRequest(req));
    const asking: AnyUpgradeOptions = {
      authenticate: (req) => isRequest(req) && {},
      allowedOrigins: (_origin, req) => isRequest(req),
      maxConnectionsPer: { key, limit: 1 },
    };
    expect(await made(asking, origin)).toBe(1);
    expect(await made({ authenticate: asking.authenticate }, origin)).toBe(1);
    expect(await made({ trustProxy: 1 }, { "x-forwarded-host": "b.example" })).toBe(1);
  });
});

describe("authenticate", () => {
  it.each([undefined, null, false] as const)("refuses with 401 when it gives %s, now or later", async (refusal) => {
    expect(await status({ authenticate: () => refusal })).toBe(401);
    expect(await status({ authenticate: async () => refusal })).toBe(401);
  });

  it.each([{ user: "ada" }, {}, Object.create(null) as object])(
    "lets in with the record %j, now or later",
    async (record) => {
      expect(await status({ authenticate: () => record })).toBe("in");
      expect(await status({ authenticate: async () => record })).toBe("in");
    },
  );

  it.each([
    ["an array", []],
    ["an instance of Error", new Error("bad token")],
    ["an instance of Date", new Date()],
    ["an instance of Map", new Map()],
    ["an instance of User", new User()],
    ["an instance of Headers", new Headers()],
    ["an instance of Object", Object.create({ inherited: true }) as object],
    ["a string", "ada"],
    ["a string", ""],
    ["a number", 0],
    ["a number", Number.NaN],
    ["a boolean", true],
    ["a bigint", 1n],
    ["a symbol", Symbol("ada")],
    ["a function", () => ({ user: "ada" })],
  ])("refuses with 500 when it gives %s, and says what to return", async (name, value) => {
    for (const authenticate of [() => value, async () => value]) {
      const { ask, logger } = rig({ authenticate });
      expect(await ask()).toMatchObject({ status: 500 });
      expect(logger.lines.join()).toContain(`authenticate returned ${name}: return a plain object`);
    }
  });

  it("refuses with what throws when it is looked at", async () => {
    const trap = new Proxy(
      {},
      {
        getPrototypeOf() {
          throw new Error("trap");
        },
      },
    );
    const getter = Object.defineProperty({}, "user", { enumerable: true, get: () => JSON.parse("{") as string });
    for (const value of [trap, getter]) {
      expect(await status({ authenticate: () => value })).toBe(500);
      expect(await status({ authenticate: async () => value })).toBe(500);
    }
  });

  it("refuses with the response that it returns or throws, now or later, each time", async () => {
    const banned = new Response("You are banned", { status: 403, headers: { "x-reason": "spam" } });
    const reject = (): never => {
      // oxlint-disable-next-line typescript/only-throw-error -- the documented way to refuse
      throw banned;
    };
    const { ask } = rig({ authenticate: () => banned });
    const all = [() => banned, async () => banned, reject, async () => reject()].map((authenticate) =>
      rig({ authenticate }),
    );
    for (const each of [{ ask }, { ask }, ...all]) {
      const refusal = (await each.ask()) as Response;
      expect([refusal.status, refusal.headers.get("x-reason"), await refusal.text()]).toEqual([
        403,
        "spam",
        "You are banned",
      ]);
    }
  });

  it("refuses with a response that has no body left, that is none of HTTP, or that describes how it came", async () => {
    const read = new Response("once", { status: 403 });
    await read.text();
    expect(await status({ authenticate: () => read })).toBe(403);
    expect(await status({ authenticate: () => Response.error() })).toBe(500);
    expect(await status({ authenticate: () => new Response(null, { status: 204 }) })).toBe(204);
    const relayed = new Response("text", {
      status: 402,
      headers: { "content-encoding": "gzip", "content-length": "9" },
    });
    const refusal = (await rig({ authenticate: () => relayed }).ask()) as Response;
    expect([refusal.headers.get("content-encoding"), await refusal.text()]).toEqual([null, "text"]);
  });

  it("refuses with 500 when it fails, which is reported", async () => {
    const failing = rig({ authenticate: () => Promise.reject(new Error("database")) });
    expect(await failing.ask()).toMatchObject({ status: 500 });
    expect(failing.logger.lines.join()).toContain("database");
  });

  it("gives data of its own to each connection", async () => {
    const user = { name: "Ada", clientId: "ada-1" };
    const first = await rig({ authenticate: () => user }).ask();
    expect(first).toMatchObject({ clientId: "ada-1", data: user });
    expect((first as { data: object }).data).not.toBe(user);
    const { clientId } = (await rig({ authenticate: () => ({}) }).ask()) as { clientId: string };
    expect(clientId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("is refused after authTimeoutMs", async () => {
    const { ask, clock } = rig({ authenticate: () => gate().opened.then(() => ({})) });
    const outcome = ask();
    await clock.advance(5_000);
    expect(await outcome).toMatchObject({ status: 408 });
    expect(clock.pending).toBe(0);
  });

  it("leaves no timer behind when it was in time", async () => {
    const { ask, clock } = rig({ authenticate: () => Promise.resolve({}) });
    await ask();
    expect(clock.pending).toBe(0);
  });

  it("lets nobody in once the server drains, though it began before", async () => {
    const held = gate();
    const { ask, hub } = rig({ authenticate: () => held.opened.then(() => ({})) });
    const outcome = ask();
    (hub as { draining: boolean }).draining = true;
    held.open();
    expect(await outcome).toMatchObject({ status: 503 });
  });
});

describe("the peer", () => {
  it("has the address and the runtime's own request", async () => {
    const { ask } = rig({ authenticate: (_req, { remoteAddress, request }: Peer) => ({ remoteAddress, request }) });
    expect(await ask()).toMatchObject({ data: { remoteAddress: "10.0.0.1", request: "the runtime's own" } });
  });

  it("gives headers to the 101 or to a refusal of ours, but none of the handshake's", async () => {
    const set = ({ headers }: Peer) => {
      headers.append("set-cookie", "a=1");
      headers.append("set-cookie", "b=2");
      headers.set("sec-websocket-accept", "forged");
      headers.set("connection", "keep-alive");
    };
    const inside = rig({ authenticate: (_req, peer: Peer) => (set(peer), {}) });
    expect([...(((await inside.ask()) as Admission).headers ?? [])]).toEqual([
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ]);
    expect(inside.logger.lines.join()).toContain("peer.headers cannot set sec-websocket-accept");
    const outside = (await rig({ authenticate: (_req, peer: Peer) => set(peer) }).ask()) as Response;
    expect([outside.status, outside.headers.getSetCookie(), outside.headers.get("connection")]).toEqual([
      401,
      ["a=1", "b=2"],
      "close",
    ]);
  });

  it("is who trusted proxies say, and so are the host and scheme of the request", async () => {
    const headers = {
      "x-forwarded-for": "203.0.113.7",
      "x-forwarded-host": "app.public",
      "x-forwarded-proto": "https",
    };
    const authenticate = (req: Request, { remoteAddress }: Peer) => ({
      remoteAddress,
      url: req.url,
      host: req.headers.get("host"),
    });
    const origin = { ...headers, origin: "https://app.public" };
    expect(await rig({ authenticate, trustProxy: 1 }, origin).ask()).toMatchObject({
      data: { remoteAddress: "203.0.113.7", url: "https://app.public/ws?token=q", host: "app.public" },
    });
    expect(await rig({ authenticate }, headers).ask()).toMatchObject({
      data: { remoteAddress: "10.0.0.1", url: "http://app.example.com/ws?token=q" },
    });
    expect(await status({ authenticate }, origin)).toBe(403);
    const forged = rig({ authenticate, trustProxy: 1 }, { ...headers, forwarded: "for=6.6.6.6" });
    expect(await forged.ask()).toMatchObject({ status: 400 });
    expect(forged.logger.lines.join()).toContain("disagree");
  });
});

describe("origin", () => {
  it("is the same host by default, and may be absent", async () => {
    expect(await status({})).toBe("in");
    expect(await status({}, { origin: "https://app.example.com" })).toBe("in");
    expect(await status({}, { origin: "https://APP.example.com:443" })).toBe("in");
    expect(await status({}, { origin: "https://evil.example" })).toBe(403);
    expect(await status({}, { origin: "null" })).toBe(403);
    expect(await status({}, { origin: "file://" })).toBe(403);
  });

  it("can be listed, decided or open to all", async () => {
    const headers = { origin: "http://localhost:5173" };
    expect(await status({ allowedOrigins: ["http://LOCALHOST:5173/"] }, headers)).toBe("in");
    expect(await status({ allowedOrigins: ["http://localhost:5174"] }, headers)).toBe(403);
    expect(await status({ allowedOrigins: (origin) => origin.includes("localhost") }, headers)).toBe("in");
    expect(await status({ allowedOrigins: async (origin) => origin.includes("localhost") }, headers)).toBe("in");
    expect(await status({ allowedOrigins: "*" }, headers)).toBe("in");
  });

  it.each([false, undefined, null, 0, 1, "yes", {}, [], () => true])(
    "is refused by a function that gives %j",
    async (answer) => {
      const headers = { origin: "https://evil.example" };
      expect(await status({ allowedOrigins: () => answer }, headers)).toBe(403);
      expect(await status({ allowedOrigins: async () => answer }, headers)).toBe(403);
    },
  );

  it("is refused by a function that fails, now or later, which is reported", async () => {
    for (const allowedOrigins of [() => JSON.parse("{") as boolean, () => Promise.reject(new SyntaxError("JSON"))]) {
      const { ask, logger } = rig({ allowedOrigins, authenticate: () => ({}) }, { origin: "https://evil.example" });
      expect(await ask()).toMatchObject({ status: 500 });
      expect(logger.lines.join()).toContain("JSON");
    }
  });

  it("shares the time that authenticate has", async () => {
    const { ask, clock } = rig({ allowedOrigins: () => new Promise(() => {}) }, { origin: "https://slow.example" });
    const outcome = ask();
    await clock.advance(5_000);
    expect(await outcome).toMatchObject({ status: 408 });
  });

  it("is checked before authenticate, and its refusal names the option that would allow it", async () => {
    let asked = false;
    const authenticate = () => ({ asked: (asked = true) });
    const { ask, logger } = rig({ authenticate }, { origin: "http://localhost:5173" });
    await ask();
    expect(asked).toBe(false);
    expect(logger.lines.join()).toContain('allowedOrigins: ["http://localhost:5173"]');
  });

  it("is cut in the log", async () => {
    const { ask, logger } = rig({}, { origin: `https://${"x".repeat(8_000)}` });
    await ask();
    expect(logger.lines.join().length).toBeLessThan(600);
  });

  it.each(["*", "https://*.example.com", "app.example.com", "https://app.example.com/chat"])(
    "throws at the start for %j in a list, which would never be met",
    (entry) => {
      expect(() => createAdmit({ allowedOrigins: [entry] })).toThrow("is no origin");
    },
  );
});

it("refuses what is no upgrade, what names no host, and everything while it drains", async () => {
  expect(await status({}, { upgrade: "" })).toBe(426);
  expect(await status({}, { upgrade: "h2c" })).toBe(426);
  expect(await status({}, { upgrade: "h2c, WebSocket" })).toBe("in");
  for (const host of ["", "a b", "a:99999", "a, b", "evil@a"]) expect(await status({}, { host })).toBe(400);
  const draining = rig({});
  (draining.hub as { draining: boolean }).draining = true;
  expect(await draining.ask()).toMatchObject({ status: 503 });
});

it("decides without a listener too", async () => {
  const logger = memoryLogger();
  const entrance = createEntrance({ authTimeoutMs: 5, logger });
  const admit = createAdmit({ authenticate: () => new Promise(() => {}) });
  const req = new Request("http://h/", { headers: { upgrade: "websocket" } });
  const outcome = await admit(entrance, req, () => ({ remoteAddress: undefined, request: req }), "h");
  expect(outcome).toMatchObject({ status: 408 });
  expect(() => createEntrance({ authTimeoutMs: -1 })).toThrow(RangeError);
});

describe("an extension hears of each refusal once, with its cause", () => {
  /** Decides on one request, and tells what was heard. */
  async function heard(
    options: AnyUpgradeOptions,
    headers: Record<string, string> = {},
    meanwhile: (rigged: ReturnType<typeof bench>) => void = () => {},
  ) {
    const told: UpgradeRefused[] = [];
    const router = createRouter({ logger: memoryLogger() }).extend({
      name: "doorman",
      setup: () => ({ upgradeRefused: (_, fact) => void told.push(fact) }),
    });
    const rigged = bench(router);
    const req = new Request("http://h/ws?token=secret", { headers: { upgrade: "websocket", host: "h", ...headers } });
    const outcome = createAdmit(options)(rigged.hub, req, () => ({ remoteAddress: "10.0.0.1", request: req }));
    meanwhile(rigged);
    // Whatever is no question of time.
    await new Promise((resolve) => setTimeout(resolve, 20));
    await rigged.clock.advance(10_000);
    const decided = await outcome;
    expect(told.map(({ status: answered }) => answered)).toEqual(decided instanceof Response ? [decided.status] : []);
    expect(told.map(({ path }) => path).join()).toBe(decided instanceof Response ? "/ws" : "");
    expect(JSON.stringify(told)).not.toContain("secret");
    return told.map(({ cause }) => [decided instanceof Response && decided.status, cause])[0];
  }

  const fails = () => {
    throw new Error("no");
  };
  const evil = { origin: "https://evil.example" };
  const per = { key: (): string => "k", limit: 0 };

  it.each<[unknown, AnyUpgradeOptions, Record<string, string>?]>([
    [undefined, {}],
    [[426, "request"], {}, { upgrade: "h2c" }],
    [[400, "request"], {}, { host: "a b" }],
    [[400, "codec"], {}, { "sec-websocket-protocol": "ws-kit.msgpack" }],
    [[400, "forwarded"], { trustProxy: 1 }, { forwarded: "for=10.1.1.1", "x-forwarded-for": "10.2.2.2" }],
    [[403, "allowedOrigins"], {}, evil],
    [[403, "allowedOrigins"], { allowedOrigins: async () => false }, evil],
    [[500, "error"], { allowedOrigins: fails }, evil],
    [[503, "maxConnections"], { maxConnections: 0 }],
    [[503, "maxUpgradesPerSecond"], { maxUpgradesPerSecond: 0 }],
    [[429, "maxConnectionsPer"], { maxConnectionsPer: per }],
    [[500, "error"], { maxConnectionsPer: { ...per, key: fails } }],
    [[401, "authenticate"], { authenticate: () => null }],
    [[402, "authenticate"], { authenticate: async () => new Response("", { status: 402 }) }],
    [[418, "authenticate"], { authenticate: () => Promise.reject(new Response("", { status: 418 })) }],
    [[500, "error"], { authenticate: () => [] }],
    [[500, "error"], { authenticate: fails }],
    [[408, "authTimeoutMs"], { authenticate: () => new Promise(() => {}) }],
  ])("%j", async (fact, options, headers) => {
    expect(await heard(options, headers)).toEqual(fact);
  });

  it("of a server that drains, before and while it is decided", async () => {
    const drain = ({ hub }: ReturnType<typeof bench>) => void (hub.draining = true);
    expect(await heard({ authenticate: async () => ({}) }, {}, drain)).toEqual([503, "draining"]);
    const { ask, hub } = rig({});
    hub.draining = true;
    expect(await ask()).toMatchObject({ status: 503 });
  });

  it("with no more of a path than may be kept", () => {
    const paths: string[] = [];
    const router = createRouter().extend({
      name: "doorman",
      setup: () => ({ upgradeRefused: (_, { path }) => void paths.push(path) }),
    });
    const { hub } = bench(router);
    for (const url of [`http://h/${"x".repeat(20_000)}?token=t`, "/plain?token=t", "//a b#token", ""])
      hub.upgradeRefused(400, "request", url);
    expect(paths).toEqual([`/${"x".repeat(255)}`, "/plain", "//a b", ""]);
  });
});

describe("maxUpgradesPerSecond", () => {
  it("refuses more with 503 and a Retry-After that differs, and takes that many each second", async () => {
    const { clock, ask } = rig({ maxUpgradesPerSecond: 10 });
    const answers = async (count: number) => Promise.all(Array.from({ length: count }, () => ask()));
    const first = await answers(200);
    expect(first.filter((outcome) => !(outcome instanceof Response))).toHaveLength(10);
    const waits = first.flatMap((outcome) =>
      outcome instanceof Response && outcome.status === 503 ? [Number(outcome.headers.get("retry-after"))] : [],
    );
    expect([Math.min(...waits), Math.max(...waits), new Set(waits).size]).toEqual([1, 5, 5]);
    await clock.advance(500);
    expect((await answers(20)).filter((outcome) => !(outcome instanceof Response))).toHaveLength(5);
    await clock.advance(60_000);
    expect((await answers(20)).filter((outcome) => !(outcome instanceof Response))).toHaveLength(10);
  });

  it.each([Number.NaN, -1, "10"])("cannot be %s", (limit) => {
    expect(() => createAdmit({ maxUpgradesPerSecond: limit as number })).toThrow(RangeError);
  });

  it("can be one in several seconds", async () => {
    const { clock, ask } = rig({ maxUpgradesPerSecond: 0.5 });
    const statuses: (number | undefined)[] = [];
    for (let second = 0; second < 4; second++) {
      statuses.push(((await ask()) as Partial<Response>).status);
      await clock.advance(1_000);
    }
    expect(statuses).toEqual([undefined, 503, undefined, 503]);
  });

  it("can be without limit", async () => {
    const { ask } = rig({ maxUpgradesPerSecond: Infinity });
    for (let i = 0; i < 3_000; i++) expect(await ask()).not.toBeInstanceOf(Response);
  });
});

it("maxConnectionsPer without a limit is none", () => {
  expect(() => createAdmit({ maxConnectionsPer: { key: () => "a" } as never })).toThrow(RangeError);
});
