import { describe, expect, test } from "vitest";
import type { Bed } from "../bed.ts";

/** More than the buffers of both ends' kernels hold. */
const FRAMES = 2_000;
const BYTES = 32_768;

/** A peer that does not read. */
export function pressure(bed: Bed): void {
  describe("pressure", () => {
    test.for(["send", "publish"])("a peer that does not read is closed 1013 by %s", async (by, context) => {
      bed.needs("bufferedAmount", context);
      const room = bed.room("tight");
      const watcher = await room.watch();
      const peer = await room.join();
      peer.send("JOIN", { room: `flood:${room.id}` });
      await peer.settle();
      peer.wire.pause();
      const flooder = by === "send" ? peer : await room.join();
      flooder.send("FLOOD", { by, frames: FRAMES, bytes: BYTES });
      expect(await watcher.journal("close")).toMatchObject({ code: 1013, reason: "Slow consumer" });
      peer.wire.resume();
      const { code } = await peer.closed;
      // Where the runtime lets go of what it could not write, the peer does not see the code.
      expect([1013, 1006]).toContain(code);
    });

    test("a peer that reads gets everything, however much", async () => {
      const room = bed.room("tight");
      const watcher = await room.watch();
      const peer = await room.join();
      peer.send("FLOOD", { by: "send", frames: 64, bytes: 1_024 });
      for (let n = 0; n < 64; n++) expect((await peer.next()).payload.n).toBe(n);
      expect(await watcher.journal("flooded")).toEqual({ all: true });
    });

    test("one frame alone may be larger than maxBufferedBytes", async () => {
      const room = bed.room("tight");
      const peer = await room.join();
      peer.send("FLOOD", { by: "send", frames: 1, bytes: 300_000 });
      expect((await peer.next()).payload.text).toHaveLength(300_000);
      await peer.silent();
    });
  });
}
