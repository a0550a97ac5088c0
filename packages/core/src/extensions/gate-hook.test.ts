import { describe, expect, it } from "vitest";
import { bench, errorOf, Note } from "../../test/harness.ts";
import type { Hooks } from "../api/extensions.ts";
import { createRouter } from "../router/create-router.ts";
import { witness, having } from "../../test/witness.ts";

describe("a gate", () => {
  const served = (verdict: Hooks["gate"]) => {
    const { extension, of } = witness();
    const ran: unknown[] = [];
    const router = createRouter()
      .extend(having({ gate: verdict as NonNullable<typeof verdict> }, "limit"))
      .extend(extension)
      .on(Note, ({ payload }) => void ran.push(payload));
    const peer = bench(router).connect();
    return { peer, ran, of };
  };

  it("lets pass, or drops", () => {
    const { peer, ran, of } = served((_, frame) => ((frame as string).includes("2") ? "drop" : undefined));
    for (const n of [1, 2, 3]) peer.message("NOTE", { n });
    expect(ran).toEqual([{ n: 1 }, { n: 3 }]);
    expect(peer.socket.take()).toEqual([]);
    expect(of("refused")).toMatchObject([{ type: "NOTE", code: undefined, by: "limit" }]);
    expect(of("received").length).toBe(2);
  });

  it("answers under the correlation id that the frame begins with", () => {
    const { peer, of } = served(() => ({ error: "RESOURCE_EXHAUSTED", message: "Slow down", retryAfterMs: 5 }));
    peer.message("ASK", { n: 1, meta: { correlationId: "not this" } }, { correlationId: 'a"1' });
    peer.receive({ type: "ASK", payload: { meta: { correlationId: "nor this" }, list: ["type"], type: "X" } });
    peer.receive({ payload: "x".repeat(600), type: "ASK", meta: { correlationId: "too far" } });
    peer.receive('{ "type":"ASK", "meta" : {"correlationId" :"\\u0062"');
    const answers = peer.socket.take();
    expect(answers.map(({ meta }) => meta)).toEqual([
      { correlationId: 'a"1', inReplyTo: "ASK" },
      { inReplyTo: "ASK" },
      {},
      { correlationId: "b", inReplyTo: "ASK" },
    ]);
    expect(errorOf(answers[0])).toMatchObject({ code: "RESOURCE_EXHAUSTED", retryable: true, retryAfterMs: 5 });
    expect(of("refused")[0]).toMatchObject({ type: "ASK", code: "RESOURCE_EXHAUSTED", by: "limit" });
  });

  it("closes", () => {
    const { peer, of } = served(() => ({ close: 4403, reason: "Suspended" }));
    peer.message("NOTE", { n: 1 });
    expect(peer.socket.ended).toEqual({ code: 4403, reason: "Suspended" });
    expect(of("closed")).toMatchObject([{ code: 4403, reason: "Suspended", byServer: true }]);
  });

  it("is not asked about pings", () => {
    const { peer } = served(() => "drop");
    peer.receive('{"type":"$ws:ping"}');
    expect(peer.socket.take()).toEqual([{ type: "$ws:pong" }]);
  });

  it("decides for those after it", () => {
    const asked: string[] = [];
    const router = createRouter().on(Note, () => {});
    for (const name of ["first", "second", "third"]) {
      router.extend(having({ gate: () => (asked.push(name) === 2 ? "drop" : undefined) }, name));
    }
    bench(router).connect().message("NOTE", { n: 1 });
    expect(asked).toEqual(["first", "second"]);
  });
});
