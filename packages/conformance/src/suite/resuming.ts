import { describe, expect, test } from "vitest";
import type { Bed, Room } from "../bed.ts";
import type { Peer } from "../peer.ts";

/** @param query Of the second upgrade. */
async function comeBack(room: Room, query: Record<string, string>): Promise<Peer> {
  const first = await room.join({ query: { user: "ada" } });
  const { id } = (await first.find("$ws:session")).payload as { id: string };
  first.send("$ws:ack", { received: 0 });
  first.send("ASSIGN", { data: { role: "editor" } });
  await first.settle();
  first.wire.vanish();
  return room.join({ query, protocols: ["ws-kit", `ws-kit.resume.${id}.1`] });
}

/** A connection that is gone on with over a second socket. */
export function resuming(bed: Bed): void {
  // What sleeps keeps nothing of a connection whose socket broke.
  if (bed.can.hibernation) return;

  describe("a connection that is resumed", () => {
    test("goes on over the next socket", async () => {
      const peer = await comeBack(bed.room("resumed"), { user: "ada", role: "admin" });
      expect((await peer.next()).type).toBe("$ws:resumed");
      peer.request("WHO", "1");
      expect((await peer.next()).payload.data).toMatchObject({ user: "ada", role: "admin" });
    });

    test.for(["ctx.ws", "connections"])("is closed by its onResume (%s)", async (resume) => {
      const room = bed.room("resumed");
      const watcher = await room.watch();
      const peer = await comeBack(room, { user: "ada", resume });
      await peer.expectClosed(4403, "banned meanwhile");
      expect(await watcher.journal("close")).toMatchObject({ code: 4403 });
    });

    test("is closed where identify then gives another identity", async () => {
      const room = bed.room("resumed");
      const watcher = await room.watch();
      const peer = await comeBack(room, { user: "ada", resume: "editor" });
      await peer.expectClosed(4403, "The identity of a connection cannot change");
      expect(await watcher.journal("close")).toMatchObject({ code: 4403 });
    });
  });
}
