import { DEFAULT_LIMITS } from "@ws-kit/core";
import { describe, expect, test } from "vitest";
import { TIGHT } from "../app.ts";
import type { Bed } from "../bed.ts";
import { errorFrame } from "../peer.ts";

/** A frame that nests so deep, its own object counted. */
function nested(depth: number): string {
  return `{"type":"NOTHING","payload":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
}

/** Every limit is tested where it still accepts and where it refuses. */
export function limits(bed: Bed): void {
  const { maxMessageBytes, maxDepth, maxInflightRequests, maxTopics, maxTopicBytes, maxViolations } = TIGHT;

  /** A frame of exactly so many bytes. */
  function frameOf(bytes: number): string {
    const empty = '{"type":"ECHO","payload":{"text":""}}';
    return empty.replace('""', `"${"x".repeat(bytes - bed.dialect.overhead - empty.length)}"`);
  }

  describe("limits", () => {
    test("maxMessageBytes", async () => {
      const peer = await bed.room("tight").join();
      peer.write(frameOf(maxMessageBytes));
      expect((await peer.next()).type).toBe("ECHO");
      peer.write(frameOf(maxMessageBytes + 1));
      const why = "A frame of 1001 bytes is over limits.maxMessageBytes, 1000";
      await peer.expect(errorFrame("RESOURCE_EXHAUSTED", why, bed.peeked("ECHO")));
      await peer.silent();
    });

    test("maxMessageBytes counts bytes, not characters", async () => {
      const peer = await bed.room("tight").join();
      peer.send("ECHO", { text: "漢".repeat(330) });
      expect((await peer.next()).payload).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    });

    test("a frame over the runtime's own cap, twice maxMessageBytes, closes 1009", async (context) => {
      bed.needs("network", context);
      const cap = 2 * DEFAULT_LIMITS.maxMessageBytes;
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.write(frameOf(cap));
      expect((await peer.next()).payload).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
      peer.write(frameOf(cap + 1));
      await peer.expectClosed(1009, "Received too big message");
      expect(await watcher.journal("close")).toMatchObject({ code: 1009, reason: "Received too big message" });
    });

    test("maxDepth", async () => {
      const peer = await bed.room("tight").join();
      peer.write(nested(maxDepth));
      await peer.silent();
      peer.write(nested(maxDepth + 1));
      await peer.expect(
        errorFrame("INVALID_ARGUMENT", "The frame nests deeper than limits.maxDepth, 8", { inReplyTo: "NOTHING" }),
      );
    });

    test("30,000 levels are refused quickly and without a RangeError", async () => {
      const peer = await bed.room().join();
      peer.write(nested(30_000));
      await peer.expect(
        errorFrame("INVALID_ARGUMENT", "The frame nests deeper than limits.maxDepth, 32", { inReplyTo: "NOTHING" }),
      );
      await peer.silent();
    });

    test("maxInflightRequests", async () => {
      const room = bed.room("tight");
      const peer = await room.join();
      for (let n = 1; n <= maxInflightRequests; n++) peer.request("WAIT", `w${n}`, { gate: room.id });
      await peer.silent();
      peer.request("WAIT", "over", { gate: room.id });
      await peer.expect(
        errorFrame(
          "RESOURCE_EXHAUSTED",
          "More than 2 requests are running (limits.maxInflightRequests)",
          { correlationId: "over", inReplyTo: "WAIT" },
          { retryable: true },
        ),
      );
      peer.send("RELEASE", { gate: room.id });
      const answered = [(await peer.next()).meta?.["correlationId"], (await peer.next()).meta?.["correlationId"]];
      expect(new Set(answered)).toEqual(new Set(["w1", "w2"]));
      peer.request("ADD", "again", { a: 1, b: 1 });
      await peer.expect({ type: "SUM", meta: { correlationId: "again" }, payload: { sum: 2 } });
    });

    test("maxTopics and maxTopicBytes", async () => {
      const peer = await bed.room("tight").join();
      const join = async (room: string) => {
        peer.request("TRY_JOIN", room || "empty", { room });
        return (await peer.next()).payload.refused as string | undefined;
      };
      expect(await join("x".repeat(maxTopicBytes))).toBeUndefined();
      expect(await join("x".repeat(maxTopicBytes + 1))).toBe("INVALID_ARGUMENT");
      expect(await join("ü".repeat(maxTopicBytes / 2 + 1))).toBe("INVALID_ARGUMENT");
      expect(await join("")).toBe("INVALID_ARGUMENT");
      expect(await join("new\nline")).toBe("INVALID_ARGUMENT");
      for (let n = 2; n <= maxTopics; n++) expect(await join(`topic${n}`)).toBeUndefined();
      expect(await join("topic2"), "a topic that is followed already").toBeUndefined();
      expect(await join("one more")).toBe("RESOURCE_EXHAUSTED");
    });

    test("maxViolations closes 1008, and what is no violation does not count", async () => {
      const room = bed.room("tight");
      const watcher = await room.watch();
      const peer = await room.join();
      for (let n = 0; n < maxViolations * 2; n++) {
        peer.send("UNKNOWN");
        peer.send("ECHO", { text: 5 });
      }
      expect(await peer.settle()).toHaveLength(maxViolations * 4);
      for (let n = 0; n < maxViolations; n++) peer.write("{");
      expect(await peer.settle()).toHaveLength(maxViolations);
      peer.write("{");
      await peer.expectClosed(1008, "Too many violations");
      expect(await watcher.journal("close")).toMatchObject({ code: 1008, reason: "Too many violations" });
    });

    test("maxPendingMessages", async () => {
      const room = bed.room("tight");
      const watcher = await room.watch();
      const peer = await room.join();
      const waiting = Array.from({ length: 12 }, (_, n) => ({ type: "ECHO", payload: { text: `${n}` } }));
      peer.together({ type: "HOLD", payload: { gate: room.id, text: "held" } }, ...waiting);
      await watcher.journal("holding");
      const held = { type: "ECHO", payload: { text: "held" } };
      if (bed.can.pauseReading) {
        watcher.send("RELEASE", { gate: room.id });
        await peer.expect(held, ...waiting);
      } else {
        const refused = errorFrame(
          "RESOURCE_EXHAUSTED",
          "More than 4 messages are waiting (limits.maxPendingMessages)",
          { inReplyTo: "ECHO" },
          { retryable: true },
        );
        await peer.expect(...waiting.slice(TIGHT.maxPendingMessages).map(() => refused));
        watcher.send("RELEASE", { gate: room.id });
        await peer.expect(held, ...waiting.slice(0, TIGHT.maxPendingMessages));
      }
      await peer.silent();
    });
  });
}
