import { describe, expect, it } from "vitest";
import { bench, Note, Told } from "../../test/harness.ts";
import { prefixed } from "../message/prefixed.ts";
import { message } from "../message/standard.ts";
import { createRouter } from "./create-router.ts";
import type { Router } from "./router.ts";

/** A router whose handler, and middleware of a message, say so. */
function saying(log: string[]): Router {
  return createRouter().on(Note, () => void log.push("handled"));
}

function ran(router: Router, log: string[], type: string): string[] {
  log.length = 0;
  bench(router).connect().message(type, { n: 0 });
  return [...log];
}

describe("middleware of one message", () => {
  it("is that of the router's own name for it", () => {
    const log: string[] = [];
    const inner = saying(log).use(Note, (_ctx, next) => (log.push("inner"), next()));
    const outer = createRouter()
      .mount("a.", createRouter().mount("b.", inner))
      .use(prefixed("a.b.", Note), (_ctx, next) => (log.push("outer"), next()));
    expect(ran(outer, log, "a.b.NOTE")).toEqual(["outer", "inner", "handled"]);
  });

  it("is kept from another message that a mounted router calls the same", () => {
    const log: string[] = [];
    const outer = createRouter()
      .mount("v1.", saying(log))
      .on(message("NOTE"), () => {})
      .use(message("NOTE"), () => void log.push("of another payload"));
    expect(ran(outer, log, "v1.NOTE")).toEqual(["handled"]);
    expect(ran(outer, log, "NOTE")).toEqual(["of another payload"]);
  });

  it("runs for a router that is mounted twice where it is asked for", () => {
    const log: string[] = [];
    const inner = saying(log);
    const outer = createRouter()
      .mount("a.", inner)
      .mount("b.", inner)
      .use(prefixed("b.", Note), () => void log.push("kept out"));
    expect(ran(outer, log, "a.NOTE")).toEqual(["handled"]);
    expect(ran(outer, log, "b.NOTE")).toEqual(["kept out"]);
  });
});

describe("one handler by two ways", () => {
  it("is no choice where they have other middleware", () => {
    const inner = createRouter().on(Note, (ctx) => void ctx.send(Told, { n: 1 }));
    const locked = createRouter()
      .use(() => {})
      .merge(inner);
    expect(() => createRouter().merge(locked).merge(inner)).toThrow('"NOTE"');
    expect(() => createRouter().merge(inner).merge(locked)).toThrow('"NOTE"');
    const peer = bench(createRouter().merge(locked).merge(inner, { onConflict: "skip" })).connect();
    peer.message("NOTE", { n: 0 });
    expect(peer.socket.take()).toEqual([]);
    const late = createRouter().merge(createRouter().merge(locked)).merge(inner, { onConflict: "skip" });
    expect(() => late.merge(inner)).toThrow('"NOTE"');
  });

  it("is one where it is merged twice", () => {
    const inner = createRouter().on(Note, (ctx) => void ctx.send(Told, { n: 1 }));
    const peer = bench(createRouter().merge(inner).merge(inner)).connect();
    peer.message("NOTE", { n: 0 });
    expect(peer.socket.take()).toMatchObject([{ payload: { n: 1 } }]);
  });
});
