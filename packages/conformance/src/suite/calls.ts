import { describe, expect, test } from "vitest";
import type { Bed } from "../bed.ts";
import { errorFrame } from "../peer.ts";

const sum = (correlationId: string, value: number) => ({
  type: "SUM",
  meta: { correlationId },
  payload: { sum: value },
});

const progress = (done: number) => ({ type: "$ws:progress", meta: { correlationId: "1" }, payload: { done } });

/** Requests and their one answer. */
export function calls(bed: Bed): void {
  describe("rpc", () => {
    test.for(["ADD", "ADD_ASYNC", "ADD_REPLY", "ADD_PLAIN"])("%s is answered under its id", async (type) => {
      const peer = await bed.room().join();
      peer.request(type, "a-1", { a: 2, b: 3 });
      await peer.expect(sum("a-1", 5));
    });

    test("returning is the answer where the response has no payload", async () => {
      const peer = await bed.room().join();
      peer.request("VOID", "1");
      await peer.expect({ type: "VOID_DONE", meta: { correlationId: "1" } });
    });

    test("a handler that ends without an answer answers INTERNAL", async () => {
      const peer = await bed.room().join();
      peer.request("SILENT", "1");
      await peer.expect(errorFrame("INTERNAL", "The handler ended without an answer", { correlationId: "1" }));
    });

    test("only the first answer counts", async () => {
      const peer = await bed.room().join();
      peer.request("TWICE", "1");
      await peer.expect({ type: "TWICE_DONE", meta: { correlationId: "1" }, payload: { n: 1 } });
      await peer.silent();
    });

    test("a response that does not fit its schema is INTERNAL", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.request("BAD_REPLY", "1");
      await peer.expect(errorFrame("INTERNAL", "The response did not fit its schema", { correlationId: "1" }));
      expect(await watcher.journal("error")).toMatchObject({ name: "ValidationError", type: "BAD_REPLY" });
    });

    test("progress comes before the answer, never after it", async () => {
      const peer = await bed.room().join();
      peer.request("COUNT", "1", { to: 3 });
      await peer.expect(progress(1), progress(2), progress(3), {
        type: "COUNTED",
        meta: { correlationId: "1" },
        payload: { to: 3 },
      });
      await peer.silent();
    });

    test("typed error details", async () => {
      const peer = await bed.room().join();
      peer.request("FIND", "1", { id: "x" });
      await peer.expect(errorFrame("NOT_FOUND", "No such thing", { correlationId: "1" }, { details: { id: "x" } }));
    });

    test("a request to an on() route is FAILED_PRECONDITION", async () => {
      const peer = await bed.room().join();
      peer.request("ECHO", "1", { text: "x" });
      await peer.expect(
        errorFrame("FAILED_PRECONDITION", '"ECHO" is not answered here: it is handled with on()', {
          correlationId: "1",
          inReplyTo: "ECHO",
        }),
      );
    });

    test.for([
      ["no", undefined],
      ["an empty", ""],
      ["a numeric", 7],
      ["an overlong", "x".repeat(65)],
    ] as const)("%s correlation id is INVALID_ARGUMENT", async ([, correlationId]) => {
      const peer = await bed.room().join();
      peer.send("ADD", { a: 1, b: 2 }, { correlationId });
      await peer.expect(
        errorFrame("INVALID_ARGUMENT", "A request needs meta.correlationId: a string of 1 to 64 characters", {
          inReplyTo: "ADD",
        }),
      );
    });

    test("64 characters are no overlong correlation id", async () => {
      const peer = await bed.room().join();
      peer.request("ADD", "x".repeat(64), { a: 1, b: 2 });
      await peer.expect(sum("x".repeat(64), 3));
    });

    test("an id in flight is ALREADY_EXISTS; once answered it is free", async () => {
      const room = bed.room();
      const peer = await room.join();
      peer.request("WAIT", "1", { gate: room.id });
      peer.request("ADD", "1", { a: 1, b: 2 });
      await peer.expect(
        errorFrame("ALREADY_EXISTS", "A request with this correlationId is still running", {
          correlationId: "1",
          inReplyTo: "ADD",
        }),
      );
      peer.send("RELEASE", { gate: room.id });
      await peer.find("WAITED");
      peer.request("ADD", "1", { a: 1, b: 2 });
      await peer.expect(sum("1", 3));
    });

    test("abort cancels: CANCELLED at once, and the signal fires", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.request("WAIT", "1", { gate: "never" });
      await watcher.journal("waiting");
      peer.send("$ws:abort", undefined, { correlationId: "1" });
      await peer.expect(errorFrame("CANCELLED", "The caller cancelled the request", { correlationId: "1" }));
      expect(await watcher.journal("waited")).toEqual({ aborted: "The caller cancelled the request" });
      await peer.silent();
    });

    test("abort of a request that waits for its turn, and of one that nobody knows", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.send("HOLD", { gate: room.id, text: "held" });
      await watcher.journal("holding");
      peer.request("ADD", "1", { a: 1, b: 2 });
      peer.send("$ws:abort", undefined, { correlationId: "1" });
      await peer.expect(errorFrame("CANCELLED", "The caller cancelled the request", { correlationId: "1" }));
      peer.send("$ws:abort", undefined, { correlationId: "unknown" });
      peer.send("$ws:abort");
      watcher.send("RELEASE", { gate: room.id });
      await peer.expect({ type: "ECHO", payload: { text: "held" } });
      await peer.silent();
    });

    test("a deadline passes: DEADLINE_EXCEEDED, and the signal fires", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.request("WAIT", "1", { gate: "never" }, { timeoutMs: 40 });
      await watcher.journal("waiting");
      await bed.target.elapse(40);
      await peer.expect(
        errorFrame("DEADLINE_EXCEEDED", "No answer within 40 ms", { correlationId: "1" }, { retryable: true }),
      );
      expect(await watcher.journal("waited")).toEqual({ aborted: "The deadline passed" });
      await peer.silent();
    });

    test("requestTimeoutMs where the client names no time, maxRequestTimeoutMs where it asks for more", async () => {
      const peer = await bed.room("tight").join();
      const budget = async (timeoutMs?: unknown) => {
        peer.request("BUDGET", "1", undefined, { timeoutMs });
        return (await peer.next()).payload.ms as number;
      };
      expect(await budget()).toBe(300);
      expect(await budget(450)).toBe(450);
      expect(await budget(600)).toBe(600);
      expect(await budget(601)).toBe(600);
      expect(await budget(-1)).toBe(300);
      expect(await budget("soon")).toBe(300);
    });

    test("a repeat of an idempotent request gets the first one's answer", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const [a, b] = [await room.join(), await room.join()];
      const meta = { idempotencyKey: `0123456789-_abcdefABCDE.${room.id}` };
      a.request("ONCE", "1", { gate: room.id }, meta);
      await watcher.journal("ran");
      b.request("ONCE", "2", { gate: room.id }, meta);
      await b.silent();
      a.wire.vanish();
      watcher.send("RELEASE", { gate: room.id });
      const answer = await b.next();
      expect(answer).toEqual({ type: "RAN", meta: { correlationId: "2" }, payload: { times: expect.any(Number) } });
      b.request("ONCE", "3", { gate: room.id }, meta);
      expect((await b.next()).payload).toEqual(answer.payload);
      b.request("ONCE", "other", {}, meta);
      expect((await b.next()).payload).toMatchObject({ code: "INVALID_ARGUMENT" });
      b.request("ONCE", "4", {});
      expect((await b.next()).payload.times).toBe(answer.payload.times + 1);
    });
  });
}
