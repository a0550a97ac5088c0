import { describe, expect, test } from "vitest";
import type { Bed } from "../bed.ts";

const WELCOME = { type: "SAID", payload: { text: "welcome" } };

/** From open to close. */
export function lifecycle(bed: Bed): void {
  describe("lifecycle", () => {
    test("what onOpen sends is the first thing a peer reads", async () => {
      const peer = await bed.room().join({ query: { open: "send" } });
      await peer.expect(WELCOME);
    });

    test("messages wait for an asynchronous onOpen", async () => {
      const room = bed.room();
      const peer = await room.join({ query: { open: "gate" } });
      peer.send("ECHO", { text: "early" });
      peer.request("ADD", "1", { a: 1, b: 2 });
      const other = await room.join();
      other.send("RELEASE", { gate: room.id });
      await peer.expect(
        WELCOME,
        { type: "ECHO", payload: { text: "early" } },
        { type: "SUM", meta: { correlationId: "1" }, payload: { sum: 3 } },
      );
    });

    test.for(["throw", "reject"])("an onOpen that ends with %s closes 1011, and onClose runs", async (open) => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join({ query: { open } });
      peer.send("ECHO", { text: "never" });
      await peer.expectClosed(1011, "The connection could not be set up");
      expect(await watcher.journal("error")).toMatchObject({ message: "onOpen failed" });
      expect(await watcher.journal("close")).toMatchObject({
        code: 1011,
        reason: "The connection could not be set up",
      });
    });

    test("an onOpen over openTimeoutMs closes 1011", async () => {
      const peer = await bed.room("tight").join({ query: { open: "hang" } });
      peer.send("ECHO", { text: "never" });
      await bed.target.elapse(300);
      await peer.expectClosed(1011, "The connection could not be set up");
    });

    test("onClose is told the peer's code and reason", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.wire.close(4321, "au revoir");
      await peer.expectClosed(4321, "au revoir");
      expect(await watcher.journal("close")).toMatchObject({ code: 4321, reason: "au revoir" });
    });

    test("a close without a code is 1005 at the server, and answered in kind", async (context) => {
      bed.needs("network", context);
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.wire.close();
      await peer.expectClosed(1005, "");
      expect(await watcher.journal("close")).toMatchObject({ code: 1005, reason: "" });
    });

    test("a peer that vanishes is 1006", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      await peer.settle();
      peer.wire.vanish();
      expect(await watcher.journal("close")).toMatchObject({ code: 1006 });
    });

    test("a handler closes its own connection with a code and reason of its choice", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.send("CLOSE_ME", { code: 4999, reason: "enough" });
      await peer.expectClosed(4999, "enough");
      expect(await watcher.journal("close")).toMatchObject({ code: 4999, reason: "enough" });
    });

    test("frames that follow a close are not handled", async (context) => {
      bed.needs("crossingFrames", context);
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.together(
        { type: "CLOSE_ME", payload: { code: 4999, reason: "enough" } },
        { type: "SAY", payload: { room: `j:${room.id}`, text: "too late" } },
      );
      await peer.expectClosed(4999, "enough");
      await watcher.journal("close");
      await watcher.silent();
    });

    test("send after close answers false and throws nothing", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.send("CLOSE_THEN_SEND");
      expect(await watcher.journal("sent")).toEqual({ accepted: false });
      await peer.expectClosed(4000, "done");
    });

    test.for(["throw", "reject"])("an onClose that ends with %s does not keep the next from running", async (close) => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join({ query: { close } });
      peer.wire.close(1000, "bye");
      expect(await watcher.journal("error")).toMatchObject({ message: "onClose failed" });
      expect(await watcher.journal("close")).toMatchObject({ code: 1000, reason: "bye" });
    });

    test("onClose publishes, and sees the topics that were followed until then", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.send("JOIN", { room: "r1" });
      peer.send("JOIN", { room: "r2" });
      await peer.settle();
      peer.wire.close(1000);
      expect((await watcher.journal("close"))["topics"]).toEqual(["r1", "r2"]);
    });

    test("closing aborts signals at once, and onClose waits for the handler that runs", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.send("HOLD", { gate: room.id, text: "unread" });
      await watcher.journal("holding");
      peer.wire.close(1000, "bye");
      await peer.expectClosed(1000);
      await room.until("connections", ({ count }) => count === 1);
      await watcher.silent();
      watcher.send("RELEASE", { gate: room.id });
      expect(await watcher.journal("held")).toEqual({ aborted: true });
      await watcher.journal("close");
    });

    test("onClose waits no longer than closeGraceMs", async () => {
      const room = bed.room("tight");
      const watcher = await room.watch();
      const peer = await room.join();
      peer.send("HANG", { text: "" });
      await peer.settle().catch(() => {});
      peer.wire.close(1000, "bye");
      await peer.expectClosed(1000);
      await bed.target.elapse(300);
      await bed.target.elapse(300);
      expect(await watcher.journal("close")).toMatchObject({ code: 1000 });
    });

    test("onClose does not wait for an rpc", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.request("WAIT", "1", { gate: "never" });
      await watcher.journal("waiting");
      peer.wire.close(1000, "bye");
      const events = [(await watcher.next()).payload, (await watcher.next()).payload];
      expect(new Set(events.map(({ event }) => event))).toEqual(new Set(["close", "waited"]));
      expect(events.find(({ event }) => event === "waited").detail).toEqual({ aborted: "The connection closed" });
    });

    test("the registry reaches a connection from outside, until it is gone", async () => {
      const room = bed.room();
      const peer = await room.join({ query: { clientId: `c-${room.id}` } });
      await peer.settle();
      expect(await room.control("send", { id: `c-${room.id}`, text: "psst" })).toEqual({ sent: true });
      await peer.expect({ type: "SAID", payload: { text: "psst" } });
      peer.wire.close(1000);
      await peer.closed;
      await room.until("connections", ({ count }) => count === 0);
      expect(await room.control("send", { id: `c-${room.id}`, text: "psst" })).toEqual({ sent: false });
    });
  });
}
