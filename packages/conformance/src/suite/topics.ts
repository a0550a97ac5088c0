import { describe, expect, test } from "vitest";
import type { Bed, Room } from "../bed.ts";
import type { Peer } from "../peer.ts";

const said = (text: string) => ({ type: "SAID", payload: { text } });

async function joined(room: Room, query: Record<string, string> = {}): Promise<Peer> {
  const peer = await room.join({ query });
  peer.send("JOIN", { room: room.id });
  await peer.settle();
  return peer;
}

/** Who receives what is published. */
export function topics(bed: Bed): void {
  describe("topics", () => {
    test("a publish reaches all followers, the sender included, and nobody else", async () => {
      const room = bed.room();
      const [a, b] = [await joined(room), await joined(room)];
      const outsider = await room.join();
      a.send("SAY", { room: room.id, text: "hi" });
      await a.expect(said("hi"));
      await b.expect(said("hi"));
      await outsider.silent();
      outsider.send("SAY", { room: room.id, text: "from outside" });
      await a.expect(said("from outside"));
      await outsider.silent();
    });

    test("excludeSelf leaves out the sender", async () => {
      const room = bed.room();
      const [a, b] = [await joined(room), await joined(room)];
      a.send("SAY", { room: room.id, text: "hi", excludeSelf: true });
      await b.expect(said("hi"));
      await a.silent();
      const outsider = await room.join();
      outsider.send("SAY", { room: room.id, text: "again", excludeSelf: true });
      await a.expect(said("again"));
      await b.expect(said("again"));
    });

    test("filter picks receivers by their data", async () => {
      const room = bed.room();
      const [admin, user] = [await joined(room, { role: "admin" }), await joined(room, { role: "user" })];
      user.send("SAY", { room: room.id, text: "psst", onlyRole: "admin" });
      await admin.expect(said("psst"));
      await user.silent();
      admin.send("SAY", { room: room.id, text: "me not", onlyRole: "admin", excludeSelf: true });
      await admin.silent();
    });

    test("matched counts receivers", async () => {
      const room = bed.room();
      const [a] = [await joined(room), await joined(room)];
      a.request("SAY_MATCHED", "1", { room: room.id, text: "hi" });
      await a.expect(said("hi"), {
        type: "MATCHED",
        meta: { correlationId: "1" },
        payload: { ok: true, matched: 2 },
      });
      a.request("SAY_MATCHED", "2", { room: "nobody", text: "hi" });
      await a.expect({
        type: "MATCHED",
        meta: { correlationId: "2" },
        payload: { ok: true, matched: 0 },
      });
    });

    test("a publish and a send of one handler arrive in the order of their calls", async () => {
      const room = bed.room();
      const a = await joined(room);
      const expected: object[] = [];
      for (let n = 0; n < 20; n++) {
        a.send("SAY", { room: room.id, text: `p${n}` });
        a.send("ECHO", { text: `e${n}` });
        expected.push(said(`p${n}`), { type: "ECHO", payload: { text: `e${n}` } });
      }
      await a.expect(...expected);
    });

    test("subscribing twice is the same as once", async () => {
      const room = bed.room();
      const a = await joined(room);
      a.send("JOIN", { room: room.id });
      a.send("SAY", { room: room.id, text: "once" });
      await a.expect(said("once"));
      await a.silent();
      a.request("WHO", "1");
      expect((await a.next()).payload.topics).toEqual([room.id]);
    });

    test("leaving takes effect at once, also of everything", async () => {
      const room = bed.room();
      const a = await joined(room);
      a.send("LEAVE", { room: room.id });
      a.send("SAY", { room: room.id, text: "gone" });
      await a.silent();
      a.send("JOIN", { room: room.id });
      a.send("JOIN", { room: "second" });
      a.send("LEAVE_ALL");
      a.send("SAY", { room: room.id, text: "gone" });
      a.send("SAY", { room: "second", text: "gone" });
      await a.silent();
      a.request("WHO", "1");
      expect((await a.next()).payload.topics).toEqual([]);
    });

    test.for(["secret", "secret-async"])(
      "authorizeTopic refuses %s, and a refusal not awaited harms nobody",
      async (secret) => {
        const peer = await bed.room().join();
        peer.request("TRY_JOIN", "1", { room: secret });
        expect((await peer.next()).payload).toEqual({ refused: "PERMISSION_DENIED" });
        peer.send("JOIN", { room: secret });
        const { meta, payload } = await peer.next();
        expect({ meta, code: payload.code }).toEqual({ meta: { inReplyTo: "JOIN" }, code: "PERMISSION_DENIED" });
        peer.send("SAY", { room: secret, text: "who hears" });
        await peer.silent();
      },
    );

    test("publish from outside any handler", async () => {
      const room = bed.room();
      const [a, b] = [await joined(room), await joined(room)];
      expect(await room.control("publish", { room: room.id, text: "news" })).toEqual({
        ok: true,
        matched: 2,
        remote: "none",
      });
      await a.expect(said("news"));
      await b.expect(said("news"));
    });

    test("a connection that closed receives nothing and is not counted", async () => {
      const room = bed.room();
      const [a, b] = [await joined(room), await joined(room)];
      b.wire.close(1000);
      await b.closed;
      await room.until("connections", ({ count }) => count === 1);
      expect(await room.control("publish", { room: room.id, text: "news" })).toEqual({
        ok: true,
        matched: 1,
        remote: "none",
      });
      await a.expect(said("news"));
    });

    test("endpoints side by side do not hear each other", async () => {
      const room = bed.room();
      const here = await joined(room);
      const there = await room.join({ to: "tight" });
      there.send("JOIN", { room: room.id });
      there.send("SAY", { room: room.id, text: "there" });
      await there.expect(said("there"));
      await here.silent();
    });
  });
}
