import { describe, expect, test } from "vitest";
import { PULSE } from "../app.ts";
import type { Bed } from "../bed.ts";
import type { Peer } from "../peer.ts";

/** The heartbeat. */
export function pulse(bed: Bed): void {
  describe("heartbeat", () => {
    test("a peer that does not answer is ended, and onClose says 4408", async () => {
      const room = bed.room("pulse");
      const watcher = await room.watch();
      const peer = await room.join({ deaf: true });
      await peer.settle();
      const pulsing = beat(watcher);
      const closed = watcher.journal("close");
      await bed.target.elapse(PULSE.intervalMs * 2);
      await bed.target.elapse(PULSE.timeoutMs);
      expect(await closed).toMatchObject({ code: 4408, reason: "Heartbeat missed", stale: true });
      const { code } = await peer.closed;
      expect([1006, 4408]).toContain(code);
      pulsing.stop();
    });

    test("a peer that answers lives on", async () => {
      const room = bed.room("pulse");
      const watcher = await room.watch();
      const [deaf, peer] = [await room.join({ deaf: true }), await room.join()];
      const pulsing = [beat(watcher), beat(peer)];
      await bed.target.elapse(PULSE.intervalMs * 2);
      await bed.target.elapse(PULSE.timeoutMs);
      // The deaf one's end says that a whole round has passed.
      await deaf.closed;
      await peer.settle();
      await watcher.settle();
      for (const each of pulsing) each.stop();
    });
  });

  /** Answers `$ws:ping` where the runtime has no ping frames. */
  function beat(peer: Pick<Peer, "write">): { stop(): void } {
    if (bed.can.pingFrames) return { stop: () => {} };
    const timer = setInterval(() => peer.write('{"type":"$ws:pong"}'), PULSE.timeoutMs / 2);
    return { stop: () => clearInterval(timer) };
  }
}
