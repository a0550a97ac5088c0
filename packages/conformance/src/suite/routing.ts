import { describe, expect, test } from "vitest";
import type { Bed } from "../bed.ts";
import { errorFrame } from "../peer.ts";

/** Middleware, merged and mounted routers. */
export function routing(bed: Bed): void {
  describe("routing", () => {
    test("global middleware, validation, typed middleware, handler: in that order however they were registered", async () => {
      const peer = await bed.room().join();
      peer.request("PASSED", "1", { n: 7 });
      await peer.expect({
        type: "TRAIL",
        meta: { correlationId: "1" },
        payload: { trail: ["first", "second", "typed 7", "handler"] },
      });
      peer.request("PASSED", "2", { n: "seven" });
      expect((await peer.next()).payload).toMatchObject({ code: "INVALID_ARGUMENT" });
    });

    test("middleware that does not call next: dropped in silence, or PERMISSION_DENIED for an rpc", async () => {
      const peer = await bed.room().join();
      peer.send("DROPPED");
      await peer.silent();
      peer.request("DROPPED_RPC", "1");
      await peer.expect(errorFrame("PERMISSION_DENIED", "Not let through", { correlationId: "1" }));
    });

    test("middleware that answers ends it", async () => {
      const peer = await bed.room().join();
      peer.request("REFUSED", "1");
      await peer.expect(errorFrame("UNAUTHENTICATED", "Sign in first", { correlationId: "1" }));
      await peer.silent();
    });

    test("calling next twice is an error, told after the answer that there was", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.request("TWOFOLD", "1");
      await peer.expect({ type: "UNFOLDED", meta: { correlationId: "1" }, payload: {} });
      expect(await watcher.journal("error")).toMatchObject({
        message: expect.stringContaining("next() was called more than once"),
      });
    });

    test("a merged router's middleware comes along, with what was added to it later", async () => {
      const peer = await bed.room().join();
      peer.request("MERGED", "1");
      await peer.expect({ type: "MERGED_DONE", meta: { correlationId: "1" }, payload: { by: "child middleware" } });
    });

    test("a parent's own route wins over a merged one", async () => {
      const peer = await bed.room().join();
      peer.request("SHADOWED", "1");
      await peer.expect({ type: "SHADOWED_DONE", meta: { correlationId: "1" }, payload: { by: "parent" } });
    });

    test("a mounted router serves its types under the prefix alone", async () => {
      const peer = await bed.room().join({ query: { role: "admin" } });
      peer.request("admin.MOUNTED", "1");
      await peer.expect({ type: "MOUNTED_DONE", meta: { correlationId: "1" }, payload: { type: "admin.MOUNTED" } });
      peer.request("MOUNTED", "2");
      expect((await peer.next()).payload.code).toBe("UNIMPLEMENTED");
    });

    test("a guard keeps others out of its own routes only", async () => {
      const room = bed.room();
      const [stranger, member] = [await room.join(), await room.join({ query: { role: "user" } })];
      stranger.request("MEMBERS", "1");
      await stranger.expect(errorFrame("UNAUTHENTICATED", "Members only", { correlationId: "1" }));
      stranger.request("admin.MOUNTED", "2");
      await stranger.expect(errorFrame("PERMISSION_DENIED", "Admins only", { correlationId: "2" }));
      await stranger.silent();
      member.request("MEMBERS", "1");
      await member.expect({ type: "MEMBERS_DONE", meta: { correlationId: "1" }, payload: {} });
    });
  });
}
