import { describe, expect, test } from "vitest";
import type { Bed } from "../bed.ts";
import type { Frame, Peer } from "../peer.ts";

const asked = async (peer: Peer): Promise<{ frame: Frame; meta: { correlationId: string } }> => {
  const frame = await peer.next();
  expect(frame).toMatchObject({ type: "CONFIRM", payload: { text: "?" } });
  const correlationId = frame.meta?.["correlationId"];
  expect(correlationId).toMatch(/^s:/);
  return { frame, meta: { correlationId: correlationId as string } };
};
const said = (text: string) => ({ type: "SAID", payload: { text } });

/** What the server asks its clients. */
export function asking(bed: Bed): void {
  describe("the server asks", () => {
    test("a handler waits for the answer, which passes what waits behind the handler", async () => {
      const peer = await bed.room().join();
      peer.send("CONSULT", { text: "?" });
      peer.send("ECHO", { text: "behind" });
      const { frame, meta } = await asked(peer);
      expect(frame.meta?.["timeoutMs"]).toBeGreaterThan(0);
      peer.send("CONFIRMED", { yes: true }, meta);
      await peer.expect(said("yes"), { type: "ECHO", payload: { text: "behind" } });
      // Too late.
      peer.send("CONFIRMED", { yes: false }, meta);
      await peer.silent();
    });

    test("a client says why it has no answer", async () => {
      const peer = await bed.room().join();
      peer.send("CONSULT", { text: "?" });
      const { meta } = await asked(peer);
      peer.send("$ws:failed", { code: "UNIMPLEMENTED", message: "Nobody is there" }, meta);
      await peer.expect(said("UNIMPLEMENTED"));
    });

    test("an answer that does not come in time is called off", async () => {
      const peer = await bed.room().join();
      peer.send("CONSULT", { text: "?", timeoutMs: 50 });
      const { meta } = await asked(peer);
      await bed.target.elapse(50);
      await peer.expect({ type: "$ws:abort", meta }, said("DEADLINE_EXCEEDED"));
    });

    test("a client that is gone answers no more", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.send("CONSULT", { text: "?" });
      await asked(peer);
      peer.wire.close(1000, "");
      expect(await watcher.journal("unanswered")).toEqual({ code: "UNAVAILABLE" });
    });
  });
}
