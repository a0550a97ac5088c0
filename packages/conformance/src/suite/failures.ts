import { describe, expect, test } from "vitest";
import type { Bed } from "../bed.ts";
import { errorFrame } from "../peer.ts";

const KIT = errorFrame(
  "FAILED_PRECONDITION",
  "Not now",
  {},
  {
    details: { step: 2 },
    retryable: true,
    retryAfterMs: 1_500,
  },
) as { payload: object };
const CTX = errorFrame(
  "RESOURCE_EXHAUSTED",
  "Slow down",
  {},
  {
    details: { left: 0 },
    retryable: true,
    retryAfterMs: 21,
  },
) as { payload: object };

/** Every failure answers, and none harms the process. */
export function failures(bed: Bed): void {
  describe("failures", () => {
    test("an unknown type is UNIMPLEMENTED", async () => {
      const peer = await bed.room().join();
      peer.send("NO_SUCH");
      peer.request("NO_SUCH", "1");
      await peer.expect(
        errorFrame("UNIMPLEMENTED", 'Nothing here handles "NO_SUCH"', { inReplyTo: "NO_SUCH" }),
        errorFrame("UNIMPLEMENTED", 'Nothing here handles "NO_SUCH"', { correlationId: "1", inReplyTo: "NO_SUCH" }),
      );
    });

    test("a payload that does not fit is INVALID_ARGUMENT with the paths of its issues, never the value", async () => {
      const peer = await bed.room().join();
      peer.send("SAY", { room: 5, text: ["hunter2"] });
      const { meta, payload } = await peer.next();
      expect(meta).toEqual({ inReplyTo: "SAY" });
      expect(payload).toMatchObject({ code: "INVALID_ARGUMENT", retryable: false });
      expect(payload.message).toContain('Invalid payload of "SAY" at room: ');
      expect(payload.details.in).toBe("payload");
      expect(payload.details.issues.map(({ path }: { path: string[] }) => path)).toEqual([["room"], ["text"]]);
      expect(JSON.stringify(payload)).not.toContain("hunter2");
    });

    test.for(["sync", "async", "string"])(
      "an error of kind %s is INTERNAL, with an id that onError is told as well, and without its text",
      async (how) => {
        const room = bed.room();
        const watcher = await room.watch();
        const peer = await room.join();
        peer.send("THROW", { how });
        peer.request("THROW_RPC", "1", { how });
        const ids: unknown[] = [];
        for (const meta of [{ inReplyTo: "THROW" }, { correlationId: "1" }]) {
          const frame = await peer.next();
          const { id } = frame.payload;
          expect(frame).toEqual(errorFrame("INTERNAL", "Internal error", meta, { id }));
          expect(id).toMatch(/^[0-9a-f-]{36}$/);
          ids.push(id);
        }
        for (const type of ["THROW", "THROW_RPC"]) {
          const told = await watcher.journal("error");
          expect(told["type"]).toBe(type);
          expect(told["message"]).toContain("the secret cause");
          expect(told["id"]).toBe(ids.shift());
        }
        await peer.silent();
      },
    );

    test.for(["kit", "kitAsync"])("a WsKitError of kind %s reaches the peer as it is", async (how) => {
      const peer = await bed.room().join();
      peer.send("THROW", { how });
      peer.request("THROW_RPC", "1", { how });
      await peer.expect({ ...KIT, meta: { inReplyTo: "THROW" } }, { ...KIT, meta: { correlationId: "1" } });
      await peer.silent();
    });

    test("ctx.error says what a thrown WsKitError says", async () => {
      const peer = await bed.room().join();
      peer.send("THROW", { how: "ctx" });
      peer.request("THROW_RPC", "1", { how: "ctx" });
      await peer.expect({ ...CTX, meta: { inReplyTo: "THROW" } }, { ...CTX, meta: { correlationId: "1" } });
    });

    test.for(["now", "later"])(
      "a payload that does not fit is not sent (%s): false, and onError is told",
      async (when) => {
        const room = bed.room();
        const watcher = await room.watch();
        const peer = await room.join();
        peer.send("BAD_SEND", { when });
        const told = await watcher.journal("error");
        expect(told["name"]).toBe("ValidationError");
        expect(told["message"]).toContain("SAID");
        expect(await watcher.journal("sent")).toEqual({ accepted: false });
        await peer.silent();
      },
    );

    test("a publish that does not fit reaches nobody and throws nothing", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.send("BAD_SEND", { when: "publish" });
      expect((await watcher.journal("error"))["name"]).toBe("ValidationError");
      await peer.silent();
      await watcher.silent();
    });

    test("what a schema does not declare stays at home", async () => {
      const peer = await bed.room().join();
      peer.send("LEAK");
      await peer.expect({ type: "PROFILE", payload: { name: "Ada" } });
    });
  });
}
