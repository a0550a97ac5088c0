import { describe, expect, test } from "vitest";
import type { Bed } from "../bed.ts";

/** Graceful shutdown. */
export function drain(bed: Bed): void {
  describe("drain", () => {
    test("goaway, then what runs may end, then 1012; nobody new gets in", async () => {
      const room = bed.room("restart");
      const watcher = await room.watch();
      const peer = await room.join();
      peer.request("WAIT", "1", { gate: room.id });
      await watcher.journal("waiting");
      const drained = room.control("drain");
      const goaway = { type: "$ws:goaway", payload: { reconnectAfterMs: 1_234 } };
      await peer.expect(goaway);
      await watcher.expect(goaway);
      await expect(room.join()).rejects.toMatchObject({ status: 503, headers: { "retry-after": "1" } });
      watcher.send("RELEASE", { gate: room.id });
      await peer.expect({ type: "WAITED", meta: { correlationId: "1" }, payload: { gate: room.id } });
      await bed.target.elapse(1_000);
      await peer.expectClosed(1012, "The server restarts");
      await watcher.expectClosed(1012, "The server restarts");
      expect(await drained).toEqual({ left: 0 });
    });

    test("the other endpoints go on", async () => {
      const peer = await bed.room().join();
      await peer.silent();
    });
  });
}
