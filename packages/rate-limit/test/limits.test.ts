import { createTestServer } from "@ws-kit/testing";
import { createRouter, message, rpc, z } from "@ws-kit/zod";
import { describe, expect, it } from "vitest";
import { rateLimit, rateLimitGate, type RateLimitStore } from "../src/index.ts";

interface Data {
  user?: string;
  account?: string;
}

const Say = message("SAY", { text: z.string() });
const Other = message("OTHER", { text: z.string() });
const Said = message("SAID", { text: z.string() });
const Ask = rpc("ASK", { text: z.string() }, "ANSWER", { text: z.string() });

function app() {
  return createRouter<Data>({ identify: (data) => data.user })
    .on(Say, (ctx) => void ctx.send(Said, ctx.payload))
    .on(Other, (ctx) => void ctx.send(Said, ctx.payload))
    .rpc(Ask, (ctx) => ctx.payload);
}

/** What came back for so many messages at once: how many were handled, and the errors of the others. */
async function outcome(
  server: ReturnType<typeof createTestServer<Data>>,
  client: Peer,
  count: number,
  of: typeof Say | typeof Other = Say,
) {
  const before = client.received.length;
  for (let i = 0; i < count; i++) client.send(of as typeof Say, { text: "x" });
  await server.settle();
  const frames = client.received.slice(before);
  const errors = frames.filter(({ type }) => type === "ERROR").map(({ payload }) => payload as { code: string });
  return { said: frames.length - errors.length, errors };
}
type Peer = Awaited<ReturnType<ReturnType<typeof createTestServer<Data>>["connect"]>>;

describe.each(["middleware", "a gate"])("%s", (kind) => {
  const limited = (options: { by?: "connection" | "user"; burst?: number }) =>
    kind === "a gate"
      ? app().extend(rateLimitGate({ limit: 5, perMs: 1_000, ...options }))
      : app().use(rateLimit({ limit: 5, perMs: 1_000, ...options }));

  it("lets its burst through, answers the next with RESOURCE_EXHAUSTED, and lets one through when it said", async () => {
    const server = createTestServer(limited({}));
    const client = await server.connect({ data: {} });
    const { said, errors } = await outcome(server, client, 7);
    expect(said).toBe(5);
    expect(errors).toHaveLength(2);
    expect(errors[0]).toMatchObject({ code: "RESOURCE_EXHAUSTED", message: "Too many messages", retryable: true });
    const { retryAfterMs } = errors[0] as unknown as { retryAfterMs: number };
    expect(retryAfterMs).toBe(200);
    await server.clock.advance(retryAfterMs - 1);
    expect((await outcome(server, client, 1)).said).toBe(0);
    await server.clock.advance(1);
    expect((await outcome(server, client, 2)).said).toBe(1);
    await server.clock.advance(60_000);
    expect((await outcome(server, client, 7)).said).toBe(5);
  });

  it("limits each connection for itself, and with a burst of 1 spaces messages", async () => {
    const server = createTestServer(limited({ burst: 1 }));
    const [one, other] = [await server.connect({ data: {} }), await server.connect({ data: {} })];
    expect((await outcome(server, one, 3)).said).toBe(1);
    expect((await outcome(server, other, 3)).said).toBe(1);
  });

  it("limits a user on all of its connections together, and nobody by connection", async () => {
    const server = createTestServer(limited({ by: "user" }));
    const [one, other] = [
      await server.connect({ data: { user: "ada" } }),
      await server.connect({ data: { user: "ada" } }),
    ];
    expect((await outcome(server, one, 3)).said).toBe(3);
    expect((await outcome(server, other, 3)).said).toBe(2);
    const bob = await server.connect({ data: { user: "bob" } });
    expect((await outcome(server, bob, 9)).said).toBe(5);
    for (let i = 0; i < 2; i++) {
      expect((await outcome(server, await server.connect({ data: {} }), 9)).said).toBe(5);
    }
  });

  it("refuses a request under its id, and tells the client when", async () => {
    const server = createTestServer(limited({}));
    const client = await server.connect({ data: {} });
    const asked = Array.from({ length: 6 }, (_, i) => client.request(Ask, { text: String(i) }));
    const settled = await Promise.allSettled(asked);
    expect(settled.map(({ status }) => status)).toEqual([...Array(5).fill("fulfilled"), "rejected"]);
    await expect(asked[5]).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED", retryAfterMs: 200, retryable: true });
  });
});

describe("middleware", () => {
  it("limits a type of message, each user's for each type, or what a function says", async () => {
    const byType = createTestServer(app().use(rateLimit({ limit: 2, perMs: 1_000, by: "type" })));
    const [one, other] = [await byType.connect({ data: {} }), await byType.connect({ data: {} })];
    expect((await outcome(byType, one, 1)).said).toBe(1);
    expect((await outcome(byType, other, 2)).said).toBe(1);
    expect((await outcome(byType, other, 3, Other)).said).toBe(2);

    const both = createTestServer(app().use(rateLimit({ limit: 2, perMs: 1_000, by: ["user", "type"] })));
    const ada = await both.connect({ data: { user: "ada" } });
    expect((await outcome(both, ada, 3)).said).toBe(2);
    expect((await outcome(both, ada, 3, Other)).said).toBe(2);
    expect((await outcome(both, await both.connect({ data: { user: "ada" } }), 3)).said).toBe(0);
    expect((await outcome(both, await both.connect({ data: { user: "bob" } }), 3)).said).toBe(2);

    const own = createTestServer(app().use(rateLimit({ limit: 2, perMs: 1_000, by: (ctx) => ctx.data.account })));
    expect((await outcome(own, await own.connect({ data: {} }), 9)).said).toBe(9);
    expect((await outcome(own, await own.connect({ data: { account: "a" } }), 9)).said).toBe(2);
    expect((await outcome(own, await own.connect({ data: { account: "a" } }), 9)).said).toBe(0);
  });

  it("of one message leaves the others alone, and says what it is told to", async () => {
    const server = createTestServer(app().use(Say, rateLimit({ limit: 1, perMs: 1_000, message: "Slowly, please" })));
    const client = await server.connect({ data: {} });
    const { said, errors } = await outcome(server, client, 2);
    expect([said, errors]).toMatchObject([1, [{ message: "Slowly, please" }]]);
    expect((await outcome(server, client, 9, Other)).said).toBe(9);
  });
});

describe("a gate", () => {
  it("takes frames that nobody could decode, and finds the id in the first 512 characters alone", async () => {
    const server = createTestServer(app().extend(rateLimitGate({ limit: 1, perMs: 1_000 })));
    const client = await server.connect({ data: {} });
    client.sendRaw("{ no JSON");
    client.sendRaw("{ no JSON");
    client.sendRaw({ type: "ASK", meta: { correlationId: "near" }, payload: { text: "x".repeat(9_000) } });
    client.sendRaw(
      JSON.stringify({ payload: { text: "x".repeat(9_000) }, type: "ASK", meta: { correlationId: "far" } }),
    );
    await server.settle();
    const codes = client.received.map(({ payload, meta }) => [(payload as { code: string }).code, meta?.correlationId]);
    expect(codes).toEqual([
      ["INVALID_ARGUMENT", undefined],
      ["RESOURCE_EXHAUSTED", undefined],
      ["RESOURCE_EXHAUSTED", "near"],
      ["RESOURCE_EXHAUSTED", undefined],
    ]);
  });

  it("is one limit for all listeners of a process that serve the router", async () => {
    const router = app().extend(rateLimitGate({ limit: 4, perMs: 1_000, by: "user" }));
    const [one, other] = [createTestServer(router), createTestServer(router)];
    expect((await outcome(one, await one.connect({ data: { user: "ada" } }), 3)).said).toBe(3);
    expect((await outcome(other, await other.connect({ data: { user: "ada" } }), 3)).said).toBe(1);
  });
});

it.each([
  ["a promise", () => Promise.resolve("team")],
  ["null", () => null],
])("by that names %s where a text is due lets nobody through unlimited, and says so", async (_, by) => {
  const server = createTestServer(app().use(rateLimit({ limit: 1, perMs: 1_000, by: by as unknown as () => string })));
  const { said, errors } = await outcome(server, await server.connect({ data: {} }), 3);
  expect([said, errors.map(({ code }) => code)]).toEqual([0, Array(3).fill("INTERNAL")]);
  expect(server.errors[0]?.message).toContain("name a text at once");
});

describe("a store", () => {
  const answers = (...said: (number | "local" | "unavailable" | Promise<number>)[]) => {
    const asked: string[] = [];
    const store: RateLimitStore = {
      take(key, rate) {
        asked.push(`${key} ${rate.intervalMs} ${rate.burst}`);
        return said.shift() ?? Promise.resolve(0);
      },
    };
    return { store, asked };
  };

  it("is asked for what this process lets through alone, by the limit's name and key", async () => {
    const { store, asked } = answers();
    const router = app().use(rateLimit({ limit: 2, perMs: 1_000, by: "user", store, name: "talk" }));
    const server = createTestServer(router);
    const client = await server.connect({ data: { user: "ada" } });
    expect((await outcome(server, client, 5)).said).toBe(2);
    expect(asked).toEqual(["talk:3 ada 500 2", "talk:3 ada 500 2"]);
    const nobody = await server.connect({ data: {} });
    expect((await outcome(server, nobody, 5)).said).toBe(2);
    expect(asked).toHaveLength(2);
  });

  it("refuses for all, is not asked again before its time, and leaves it to this process where it cannot be asked", async () => {
    const { store, asked } = answers(Promise.resolve(700), Promise.resolve(0), "local", "unavailable");
    const router = app().use(rateLimit({ limit: 4, perMs: 1_000, by: "user", store, name: "talk" }));
    const server = createTestServer(router);
    const client = await server.connect({ data: { user: "ada" } });
    const { said, errors } = await outcome(server, client, 1);
    expect([said, errors]).toMatchObject([0, [{ code: "RESOURCE_EXHAUSTED", retryAfterMs: 700 }]]);
    await server.clock.advance(699);
    expect((await outcome(server, client, 2)).errors).toMatchObject([{ retryAfterMs: 1 }, { retryAfterMs: 1 }]);
    expect(asked).toHaveLength(1);
    await server.clock.advance(1);
    expect((await outcome(server, client, 1)).said).toBe(1);
    await server.clock.advance(1_000);
    expect((await outcome(server, client, 1)).said).toBe(1);
    expect((await outcome(server, client, 1)).errors).toMatchObject([{ code: "UNAVAILABLE", retryAfterMs: 1_000 }]);
    expect(asked).toHaveLength(4);
  });

  it("that rejects fails the message, and lets a gate's frame pass with a line in the log", async () => {
    const failing = () => answers(Promise.reject<number>(new Error("broken"))).store;
    const options = { limit: 4, perMs: 1_000, by: "user", name: "talk" } as const;
    const server = createTestServer(app().use(rateLimit({ ...options, store: failing() })));
    const { errors } = await outcome(server, await server.connect({ data: { user: "ada" } }), 1);
    expect(errors).toMatchObject([{ code: "INTERNAL" }]);
    expect(server.errors.map(({ message: text }) => text)).toEqual(["broken"]);
    const gated = createTestServer(app().extend(rateLimitGate({ ...options, store: failing() })));
    expect((await outcome(gated, await gated.connect({ data: { user: "ada" } }), 1)).said).toBe(1);
    expect(gated.logs.map(({ message: text }) => text)).toContain('The store of the limit "talk" failed');
  });

  it("is asked for each key that a function gives, whatever it begins with", async () => {
    const { store, asked } = answers();
    const router = app().use(rateLimit({ limit: 2, perMs: 1_000, by: () => "-1", store, name: "talk" }));
    const server = createTestServer(router);
    expect((await outcome(server, await server.connect(), 1)).said).toBe(1);
    expect(asked).toEqual(["talk:-1 500 2"]);
  });

  it("of a gate is not waited for: what it refuses is refused from the next frame on", async () => {
    const { store } = answers(Promise.resolve(700), "unavailable");
    const router = app().extend(rateLimitGate({ limit: 4, perMs: 1_000, by: "user", store, name: "talk" }));
    const server = createTestServer(router);
    const client = await server.connect({ data: { user: "ada" } });
    expect((await outcome(server, client, 1)).said).toBe(1);
    expect((await outcome(server, client, 1)).errors).toMatchObject([{ retryAfterMs: 700 }]);
    await server.clock.advance(700);
    expect((await outcome(server, client, 1)).errors).toMatchObject([{ code: "UNAVAILABLE" }]);
  });
});

it("a gate that cannot say whose a frame is lets it pass, and the log says so once", async () => {
  const server = createTestServer(
    app().extend(
      rateLimitGate({
        limit: 1,
        perMs: 1_000,
        by() {
          throw new Error("No such account");
        },
      }),
    ),
  );
  expect((await outcome(server, await server.connect(), 3)).said).toBe(3);
  const text = 'The gate hook of the extension "rate-limit" failed; it is not reported again';
  expect(server.logs.filter(({ message: line }) => line === text)).toHaveLength(1);
});

describe("options", () => {
  const good = { limit: 1, perMs: 1_000 };
  const NONE: RateLimitStore = { take: () => 0 };
  it.each([
    [{ ...good, limit: 0 }, RangeError, "limit is a whole number from 1, not 0"],
    [{ ...good, limit: 1.5 }, RangeError, "limit is a whole number from 1, not 1.5"],
    [{ ...good, burst: 0 }, RangeError, "burst is a whole number from 1, not 0"],
    [{ ...good, maxKeys: Infinity }, RangeError, "maxKeys is a whole number from 1, not Infinity"],
    [{ ...good, perMs: 0 }, RangeError, "perMs is a number of milliseconds above 0, not 0"],
    [{ ...good, by: "ip" }, TypeError, 'by is one of "connection", "user", "address", "type", a list of them'],
    [{ ...good, by: [] }, TypeError, "by is one of"],
    [{ ...good, by: [undefined] }, TypeError, "by is one of"],
    [{ ...good, by: ["user", "ip"] }, TypeError, "by is one of"],
    [{ ...good, by: 7 }, TypeError, "by is one of"],
    [{ ...good, window: 7 }, TypeError, 'no option "window"'],
    [{ ...good, by: "user", name: "n", store: {} }, TypeError, "store has no take()"],
    [{ ...good, by: "user", store: NONE }, TypeError, "a store needs a name"],
    [{ ...good, name: "n", store: NONE }, TypeError, "a connection is on one process"],
    [undefined, TypeError, "takes an object with options"],
  ])("%j are refused", (options, kind, text) => {
    for (const make of [rateLimit, rateLimitGate] as ((options: never) => unknown)[]) {
      expect(() => make(options as never)).toThrow(text);
      expect(() => make(options as never)).toThrow(kind);
    }
  });

  it("by type are refused to a gate, which cannot know it", () => {
    expect(() => rateLimitGate({ limit: 1, perMs: 1, by: ["user", "type"] as never })).toThrow(
      new TypeError('rateLimitGate(): before a frame is decoded it has no type; for by: "type" there is rateLimit()'),
    );
  });
});
