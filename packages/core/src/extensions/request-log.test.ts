import { describe, expect, it } from "vitest";
import { Ask, bench, gate, Note, settle } from "../../test/harness.ts";
import { createRouter } from "../router/create-router.ts";
import { requestLog, type RequestLine } from "./request-log.ts";

describe("requestLog()", () => {
  it("writes a line for each message and request", async () => {
    const lines: RequestLine[] = [];
    const held = gate();
    const router = createRouter()
      .extend(requestLog({ write: (line) => lines.push(line) }))
      .on(Note, () => held.opened)
      .rpc(Ask, (ctx) => ctx.error("NOT_FOUND", "None", undefined));
    const { connect, clock } = bench(router);
    const peer = connect();
    peer.message("NOTE", { n: 1 });
    peer.message("ASK", { n: 1 }, { correlationId: "a" });
    peer.message("NOBODY", { secret: 1 });
    await clock.advance(3);
    held.open();
    await settle();
    const clientId = "client-1";
    expect(lines).toEqual([
      { type: "NOTE", kind: "on", clientId, ms: 3, waitedMs: 0, outcome: "ok" },
      {
        type: "ASK",
        kind: "rpc",
        clientId,
        ms: 3,
        waitedMs: 3,
        outcome: "error",
        code: "NOT_FOUND",
        correlationId: "a",
      },
      { type: "NOBODY", kind: "unknown", clientId, ms: 0, waitedMs: 0, outcome: "refused", code: "UNIMPLEMENTED" },
    ]);
  });

  it("takes a logger with info", () => {
    const lines: object[] = [];
    const logger = { lines, info: (line: object) => void lines.push(line) };
    const router = createRouter().extend(requestLog({ logger }));
    bench(router).connect().message("NOBODY");
    expect(lines.length).toBe(1);
    expect(() => requestLog({} as never)).toThrow(TypeError);
  });
});
