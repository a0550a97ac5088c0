import { DEFAULT_LIMITS } from "@ws-kit/core";
import { describe, expect, test } from "vitest";
import { TIGHT } from "../app.ts";
import type { Bed } from "../bed.ts";
import { JSON_DIALECT } from "../codec.ts";
import { errorFrame, type Peer } from "../peer.ts";

const meta = { correlationId: "1" };
const chunk = (text: string) => ({ type: "$ws:chunk", meta, payload: { text } });
const credit = (taken: number, window: number = DEFAULT_LIMITS.maxStreamBytes) => ({
  type: "$ws:credit",
  meta,
  payload: { taken, window },
});
const relayed = (items: number) => ({ type: "RELAYED", meta, payload: { items } });

async function relaying(peer: Peer, more: object = {}, window: number = DEFAULT_LIMITS.maxStreamBytes): Promise<void> {
  peer.request("RELAY", "1", {}, { streamWindow: 10_000, ...more });
  await peer.expect(credit(0, window));
}

/** Items that travel beside a request, in both directions. */
export function streams(bed: Bed): void {
  /** An item whose frame has so many units, or bytes. */
  function sizedItem(units: number): object {
    return { text: "x".repeat(units - bed.dialect.overhead - JSON.stringify(chunk("")).length) };
  }

  describe("streams", () => {
    test("items go both ways until the client has sent its last", async () => {
      const peer = await bed.room().join();
      await relaying(peer);
      for (const text of ["a", "b"]) peer.send("$ws:chunk", { text }, meta);
      await peer.expect(chunk("a"), chunk("b"));
      peer.send("$ws:chunk", { text: "c" }, meta);
      peer.send("$ws:end", undefined, meta);
      await peer.expect(chunk("c"), relayed(3));
      // Too late.
      peer.send("$ws:chunk", { text: "d" }, meta);
      peer.send("$ws:end", undefined, meta);
      peer.send("$ws:credit", { taken: 3, window: 1 }, meta);
      await peer.silent();
    });

    test("what is asked without saying how much may be sent is refused", async () => {
      const peer = await bed.room().join();
      peer.request("RELAY", "1", {});
      const { payload } = await peer.next();
      expect(payload).toMatchObject({
        code: "INVALID_ARGUMENT",
        message: expect.stringContaining("meta.streamWindow"),
      });
    });

    test("an item that does not fit ends the request, and the handler", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      await relaying(peer);
      peer.send("$ws:chunk", { text: 5 }, meta);
      const frame = await peer.next();
      expect(frame).toMatchObject({ type: "ERROR", meta, payload: { code: "INVALID_ARGUMENT" } });
      expect(frame.payload.details).toMatchObject({ in: "payload", issues: [{ path: ["text"] }] });
      expect(await watcher.journal("relayed")).toEqual({ code: "INVALID_ARGUMENT", aborted: true });
      await peer.silent();
    });

    test("a handler that leaves its loop tells the client to stop, and what is on its way is ignored", async () => {
      const peer = await bed.room().join();
      await relaying(peer);
      for (const text of ["a", "leave", "b"]) peer.send("$ws:chunk", { text }, meta);
      await peer.expect(chunk("a"), { type: "$ws:stop", meta }, relayed(2));
      await peer.silent();
    });

    test("a handler's error is the end of both", async () => {
      const peer = await bed.room().join();
      await relaying(peer);
      for (const text of ["a", "throw", "b"]) peer.send("$ws:chunk", { text }, meta);
      const failed = errorFrame("ABORTED", "No more", meta, { retryable: true });
      await peer.expect(chunk("a"), { type: "$ws:stop", meta }, failed);
      await peer.silent();
    });

    test("abort ends both, and what the handler waits for throws", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      await relaying(peer);
      peer.send("$ws:abort", undefined, meta);
      await peer.expect(errorFrame("CANCELLED", "The caller cancelled the request", meta));
      expect(await watcher.journal("relayed")).toEqual({ code: "CANCELLED", aborted: true });
      await peer.silent();
    });

    test("a client that is gone ends both", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      await relaying(peer);
      peer.wire.vanish();
      expect(await watcher.journal("relayed")).toEqual({ code: "UNAVAILABLE", aborted: true });
    });

    test("time is what passes without an item", async () => {
      const peer = await bed.room().join();
      await relaying(peer, { timeoutMs: 400 });
      for (const text of ["a", "b", "c"]) {
        await bed.target.elapse(200);
        peer.send("$ws:chunk", { text }, meta);
        await peer.expect(chunk(text));
      }
      await bed.target.elapse(400);
      const late = "Nothing of the stream moved for 400 ms";
      await peer.expect(errorFrame("DEADLINE_EXCEEDED", late, meta, { retryable: true }));
    });

    test("maxStreamBytes ahead of who reads, and the item that goes over it", async () => {
      const { maxStreamBytes } = TIGHT;
      const peer = await bed.room("tight").join();
      await relaying(peer, { streamWindow: 0 }, maxStreamBytes);
      // The first is taken, too little to be confirmed; then the handler waits for who reads its own stream, who never does.
      for (const units of [120, maxStreamBytes - 121, 120]) peer.send("$ws:chunk", sizedItem(units), meta);
      await peer.silent();
      peer.send("$ws:chunk", sizedItem(120), meta);
      const beyond = "A chunk came beyond the stream's credit";
      await peer.expect(
        errorFrame("RESOURCE_EXHAUSTED", beyond, { inReplyTo: "$ws:chunk" }),
        errorFrame("RESOURCE_EXHAUSTED", beyond, meta),
      );
    });

    test.for([
      ["before it may", "RELAY", { reads: false }, "RESOURCE_EXHAUSTED"],
      ["to a request that takes none", "POUR", { items: 1, characters: 1 }, "INVALID_ARGUMENT"],
    ] as const)("an item %s is a violation, and ends the request", async ([, type, payload, code]) => {
      const peer = await bed.room().join();
      peer.request(type, "1", payload, { streamWindow: 0 });
      peer.send("$ws:chunk", { text: "a" }, meta);
      expect((await peer.next()).meta).toEqual({ inReplyTo: "$ws:chunk" });
      expect(await peer.next()).toMatchObject({ meta, payload: { code } });
    });

    test("a slow reader slows the handler down", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.request("POUR", "1", { items: 5, characters: 1_000 }, { streamWindow: 1_500 });
      const text = "x".repeat(1_000);
      await peer.expect(chunk(text), chunk(text));
      await peer.silent();
      for (const items of [0, 1, 2]) expect(await watcher.journal("pouring")).toEqual({ items });
      await watcher.silent();
      peer.send("$ws:credit", { taken: 1, window: 1_500 }, meta);
      await peer.expect(chunk(text));
      await peer.silent();
      peer.send("$ws:credit", { taken: 3, window: 1_500 }, meta);
      await peer.expect(chunk(text), chunk(text), { type: "POURED", meta, payload: { items: 5 } });
    });

    test("a credit for more than was sent is a violation", async () => {
      const peer = await bed.room().join();
      peer.request("POUR", "1", { items: 2, characters: 1 }, { streamWindow: 1 });
      await peer.expect(chunk("x"));
      peer.send("$ws:credit", { taken: 2, window: 1 }, meta);
      expect((await peer.next()).meta).toEqual({ inReplyTo: "$ws:credit" });
      peer.send("$ws:credit", { taken: 1, window: 1 }, meta);
      await peer.expect(chunk("x"), { type: "POURED", meta, payload: { items: 2 } });
    });

    test.for([-1, "x", null, { toString: 1, valueOf: 1 }])(
      "a credit of %j is a violation each time, and nothing else",
      async (taken) => {
        const peer = await bed.room("tight").join();
        peer.request("POUR", "1", { items: 2, characters: 1 }, { streamWindow: 1 });
        await peer.expect(chunk("x"));
        for (let n = 0; n <= TIGHT.maxViolations; n++) peer.send("$ws:credit", { taken, window: 1 }, meta);
        expect((await peer.closed).code).toBe(1008);
        expect((await peer.next()).meta).toEqual({ inReplyTo: "$ws:credit" });
      },
    );

    test("an item that is refused before it is read ends its request", async () => {
      const room = bed.room("tight");
      const peer = await room.join();
      await relaying(peer, {}, TIGHT.maxStreamBytes);
      peer.send("$ws:chunk", { text: "x".repeat(TIGHT.maxMessageBytes) }, meta);
      const refused = { payload: { code: "RESOURCE_EXHAUSTED" } };
      expect(await peer.next()).toMatchObject({ ...refused, meta });
      // Of a frame that cannot be looked into nobody knows whether it was an item.
      const more = bed.dialect === JSON_DIALECT ? [] : [await peer.next()];
      for (const other of more) expect(other).toMatchObject(refused);
      await peer.silent();
    });

    test("items that were under way behind it are no violations, and have no answers", async (context) => {
      if (bed.dialect !== JSON_DIALECT) context.skip("Nothing is known of a frame of this codec that is not decoded");
      const peer = await bed.room("tight").join();
      for (let n = 0; n < TIGHT.maxViolations; n++) {
        await relaying(peer, {}, TIGHT.maxStreamBytes);
        for (let i = 0; i < 10; i++) peer.send("$ws:chunk", { text: "x".repeat(TIGHT.maxMessageBytes) }, meta);
        expect(await peer.next()).toMatchObject({ meta, payload: { code: "RESOURCE_EXHAUSTED" } });
        await peer.silent();
      }
      peer.send("$ws:chunk", { text: "x".repeat(TIGHT.maxMessageBytes) }, { correlationId: "none" });
      expect((await peer.closed).code).toBe(1008);
    });
  });
}
