import { describe, expect, it } from "vitest";
import { bench, errorOf, Note, Ask, Told, type Peer } from "../../test/harness.ts";
import { unspeakable } from "../../test/unspeakable.ts";
import type { RouterOptions } from "../api/options.ts";
import type { Logger } from "../base/logger.ts";
import { message } from "../message/standard.ts";
import { createRouter } from "../router/create-router.ts";
import { type Router } from "../router/router.ts";

const THROWN = unspeakable();
const HOW = ["throws", "rejects", "returns"] as const;
const Probe = message("PROBE");

/** A hook that fails with a value, in one of the ways that a function has. */
function failing(how: (typeof HOW)[number], value: unknown): () => never {
  return (() => {
    if (how === "throws") throw value;
    return how === "rejects" ? Promise.reject(value) : value;
  }) as () => never;
}

type Place = (fail: () => never, options: RouterOptions) => { router: Router; act?: (peer: Peer) => void };

const send = (peer: Peer): void => peer.message("NOTE", { n: 1 });

/** Every place where a server calls what an application wrote. */
const PLACES: Record<string, Place> = {
  on: (fail, options) => ({ router: createRouter(options).on(Note, fail), act: send }),
  rpc: (fail, options) => ({
    router: createRouter(options).rpc(Ask, fail),
    act: (peer) => peer.message("ASK", { n: 1 }, { correlationId: "1" }),
  }),
  "global middleware": (fail, options) => ({
    router: createRouter(options)
      .use((ctx, next) => (ctx.type === "NOTE" ? fail() : next()))
      .on(Note, () => {}),
    act: send,
  }),
  "typed middleware": (fail, options) => ({
    router: createRouter(options)
      .use(Note, fail)
      .on(Note, () => {}),
    act: send,
  }),
  guard: (fail, options) => {
    const router = createRouter(options);
    router.guard(fail).on(Note, () => {});
    return { router, act: send };
  },
  onClose: (fail, options) => ({ router: createRouter(options).onClose(fail), act: (peer) => peer.socket.close() }),
  onError: (fail, options) => ({
    router: createRouter(options)
      .onError(fail)
      .on(Note, () => Promise.reject(new Error("first"))),
    act: send,
  }),
  authorizeTopic: (fail, options) => ({
    router: createRouter({ ...options, authorizeTopic: fail }).on(Note, (ctx) => ctx.topics.subscribe("room")),
    act: send,
  }),
  "a filter": (fail, options) => ({
    router: createRouter(options)
      .onOpen((ctx) => ctx.topics.subscribe("room"))
      .on(Note, (ctx) => ctx.publish("room", Told, { n: 1 }, { filter: fail })),
    act: send,
  }),
  "a schema": (fail, options) => ({
    router: createRouter(options).on(
      message("NOTE", { "~standard": { version: 1, vendor: "test", validate: fail as never } }),
      () => {},
    ),
    act: send,
  }),
  "a payload's getter": (fail, options) => ({
    router: createRouter(options).on(Note, (ctx) => {
      ctx.send(Told, Object.defineProperty({}, "n", { get: fail, enumerable: true }) as never);
    }),
    act: send,
  }),
};

interface Rejections {
  on(event: "unhandledRejection", listener: (reason: unknown) => void): void;
  off(event: "unhandledRejection", listener: (reason: unknown) => void): void;
}
const { process } = globalThis as unknown as { process: Rejections };

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);

/** After everything, an ordinary message of another connection is still handled. */
async function expectSurvival(router: Router, act: (peer: Peer) => void): Promise<void> {
  let probed = 0;
  router.on(Probe, () => void probed++);
  const { connect } = bench(router);
  process.on("unhandledRejection", note);
  try {
    const peer = connect();
    await turn();
    act(peer);
    await turn();
    peer.message("PROBE");
    connect().message("PROBE");
    await turn();
    expect(probed).toBeGreaterThan(0);
    expect(unhandled.splice(0)).toEqual([]);
  } finally {
    process.off("unhandledRejection", note);
  }
}

/** A turn of the event loop: only after it is a rejection unhandled. */
const turn = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 1));

const quiet: Logger = { debug() {}, warn() {}, error() {} };
const failingLogger = (value: unknown): Logger => {
  const fail = failing("throws", value);
  return { debug: fail, warn: fail, error: fail };
};

describe("whatever is thrown, wherever", () => {
  it.each(Object.entries(PLACES))("in %s, the server goes on", async (name, place) => {
    for (const { value } of THROWN) {
      for (const how of HOW) {
        // What a getter only returns is the application's own value, and nobody's failure.
        if (how !== "throws" && name === "a payload's getter") continue;
        const { router, act = () => {} } = place(failing(how, value), { logger: quiet });
        await expectSurvival(router, act);
      }
    }
  });

  it("by a logger while it is told of a failure, the server goes on", async () => {
    for (const { value } of THROWN) {
      const router = createRouter({ logger: failingLogger(value) }).on(Note, failing("throws", value));
      await expectSurvival(router, send);
    }
  });

  it("in onOpen, that connection alone is closed", async () => {
    for (const { value } of THROWN) {
      for (const how of ["throws", "rejects"] as const) {
        const router = createRouter({ logger: quiet });
        const { connect } = bench(
          router.onOpen((ctx) => (ctx.data["bad"] === true ? failing(how, value)() : undefined)),
        );
        const bad = connect({ bad: true });
        const good = connect();
        await turn();
        expect(bad.socket.ended?.code).toBe(1011);
        expect(good.socket.ended).toBeUndefined();
      }
    }
  });

  it("an rpc is answered, with a code", async () => {
    for (const { value } of THROWN) {
      for (const how of ["throws", "rejects"] as const) {
        const { connect } = bench(createRouter({ logger: quiet }).rpc(Ask, failing(how, value)));
        const peer = connect();
        peer.message("ASK", { n: 1 }, { correlationId: "1" });
        await turn();
        const answers = peer.socket.take();
        expect(answers).toHaveLength(1);
        expect(errorOf(answers[0]).code).toMatch(/^(INTERNAL|ABORTED)$/);
      }
    }
  });
});
