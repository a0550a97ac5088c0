import { describe, expect, test } from "vitest";
import type { Bed } from "../bed.ts";

const echo = (text: string) => ({ type: "ECHO", payload: { text } });
const said = (text: string) => ({ type: "SAID", payload: { text } });

const checked = (text: string) => ({ type: "CHECKED", payload: { text } });

/** Messages of one connection start in the order in which they arrived. */
export function order(bed: Bed): void {
  describe("order", () => {
    test("pipelined messages are handled in the order in which they were sent", async () => {
      const peer = await bed.room().join();
      const frames = Array.from({ length: 40 }, (_, n) => ({
        type: n % 3 === 0 ? "ECHO_ASYNC" : "ECHO",
        payload: { text: String(n) },
      }));
      peer.together(...frames);
      await peer.expect(...frames);
    });

    test("promise callbacks run between two frames that were read at once", async (context) => {
      bed.needs("framesApart", context);
      const peer = await bed.room().join();
      const frames = Array.from({ length: 10 }, (_, n) => [
        { type: "COUNT", meta: { correlationId: `${n}` }, payload: { to: 0 } },
        { type: "ECHO", payload: { text: `${n}` } },
      ]);
      peer.together(...frames.flat());
      await peer.expect(
        ...frames.flat().map((frame) => (frame.type === "COUNT" ? { ...frame, type: "COUNTED" } : frame)),
      );
    });

    test("JOIN and SAY in one write: the message sees the join", async () => {
      const room = bed.room();
      const peer = await room.join();
      peer.together(
        { type: "JOIN", payload: { room: room.id } },
        { type: "SAY", payload: { room: room.id, text: "hi" } },
      );
      await peer.expect(said("hi"));
    });

    test("an asynchronous handler ends before the next begins", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.together(
        { type: "HOLD", payload: { gate: room.id, text: "first" } },
        { type: "ECHO", payload: { text: "second" } },
      );
      await watcher.journal("holding");
      watcher.send("RELEASE", { gate: room.id });
      await peer.expect(echo("first"), echo("second"));
    });

    test("a connection's order holds up nobody else", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const [slow, quick] = [await room.join(), await room.join()];
      slow.send("HOLD", { gate: room.id, text: "slow" });
      await watcher.journal("holding");
      await quick.silent();
      quick.send("RELEASE", { gate: room.id });
      await slow.expect(echo("slow"));
    });

    test("rpcs do not hold up what follows", async () => {
      const room = bed.room();
      const peer = await room.join();
      peer.together(
        { type: "WAIT", meta: { correlationId: "1" }, payload: { gate: room.id } },
        { type: "ECHO", payload: { text: "meanwhile" } },
        { type: "RELEASE", payload: { gate: room.id } },
      );
      await peer.expect(echo("meanwhile"), {
        type: "WAITED",
        meta: { correlationId: "1" },
        payload: { gate: room.id },
      });
    });

    test("a concurrent route does not hold up what follows", async () => {
      const room = bed.room();
      const peer = await room.join();
      peer.together(
        { type: "HOLD_CONCURRENT", payload: { gate: room.id, text: "last" } },
        { type: "ECHO", payload: { text: "first" } },
        { type: "RELEASE", payload: { gate: room.id } },
      );
      await peer.expect(echo("first"), echo("last"));
    });

    test("messages that had arrived when the peer left are still handled", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.together(
        { type: "HOLD", payload: { gate: room.id, text: "unread" } },
        { type: "SAY", payload: { room: `j:${room.id}`, text: "last words" } },
      );
      await watcher.journal("holding");
      peer.wire.close(1000);
      await peer.closed;
      await room.until("connections", ({ count }) => count === 1);
      watcher.send("RELEASE", { gate: room.id });
      await watcher.journal("held");
      await watcher.expect(said("last words"));
      await watcher.journal("close");
    });

    test("a handler over handlerTimeoutMs lets the next message in, and its signal aborts", async () => {
      const room = bed.room("tight");
      const peer = await room.join();
      peer.together({ type: "HANG", payload: { text: "" } }, { type: "ECHO", payload: { text: "after" } });
      await bed.target.elapse(300);
      await peer.expect(said("The handler took too long"), echo("after"));
    });

    test("what is sent while something before it is being checked waits for it, published or not", async () => {
      const room = bed.room();
      const peer = await room.join();
      peer.together({ type: "JOIN", payload: { room: room.id } }, { type: "SAY_CHECKED", payload: { room: room.id } });
      await peer.expect(checked("1"), said("2"), checked("3"), said("4"));
      // And is again as before.
      peer.send("SAY", { room: room.id, text: "hi" });
      await peer.expect(said("hi"));
    });

    test("answers and the details of errors have their place, too", async () => {
      const peer = await bed.room().join();
      peer.together(
        { type: "ASK_CHECKED", meta: { correlationId: "1" }, payload: { fail: false } },
        { type: "ASK_CHECKED", meta: { correlationId: "2" }, payload: { fail: true } },
      );
      expect([await peer.next(), await peer.next(), await peer.next(), await peer.next()]).toEqual([
        { ...checked("1"), meta: { correlationId: "1" } },
        said("2"),
        {
          type: "ERROR",
          meta: { correlationId: "2" },
          payload: { code: "NOT_FOUND", message: "no", retryable: false, details: { text: "1" } },
        },
        said("2"),
      ]);
    });

    test("ctx.ws.close() comes after what was sent before it", async () => {
      for (const later of [false, true]) {
        const peer = await bed.room().join();
        peer.send("SEND_THEN_CLOSE", { later });
        await peer.expect(said("1"), said("2"));
        expect(await peer.closed).toMatchObject({ code: 4000, reason: "done" });
      }
      const room = bed.room();
      const peer = await room.join();
      peer.together(
        { type: "JOIN", payload: { room: room.id } },
        { type: "SAY_CHECKED", payload: { room: room.id, close: true } },
      );
      await peer.expect(checked("1"), said("2"), checked("3"), said("4"));
      expect(await peer.closed).toMatchObject({ code: 4000, reason: "done" });
    });

    test("control frames do not wait behind messages", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.send("HOLD", { gate: room.id, text: "held" });
      await watcher.journal("holding");
      peer.write('{"type":"$ws:ping"}');
      expect(await peer.next()).toEqual({ type: "$ws:pong" });
      watcher.send("RELEASE", { gate: room.id });
      await peer.expect(echo("held"));
    });
  });
}
