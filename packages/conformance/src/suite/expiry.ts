import { describe, expect, test } from "vitest";
import type { Bed, Room } from "../bed.ts";
import { errorFrame, type Frame, type Peer } from "../peer.ts";
import { GRACE_MS, type Token, tokenOf } from "../tokens.ts";

const AUTH = "$ws:auth";

async function join(room: Room, token: Token): Promise<Peer> {
  return room.join({ query: { token: tokenOf(token) } });
}

const bring = (peer: Peer, token: Token) => peer.send(AUTH, { token: tokenOf(token) });

/** The next frame, which says for how long the connection may stay. */
async function expiresIn(peer: Peer): Promise<number> {
  const { type, payload } = await peer.next();
  expect(type).toBe(AUTH);
  return (payload as { expiresInMs: number }).expiresInMs;
}

async function dataOf(peer: Peer): Promise<Record<string, unknown>> {
  peer.request("WHO", "who");
  return ((await peer.find("WHO_IS")).payload as { data: Record<string, unknown> }).data;
}

/** Tokens that end while their connection is open. */
export function expiry(bed: Bed): void {
  describe("tokens that expire", () => {
    test("the peer is told for how long, and when it is over; it is served in the grace, then closed with 4401", async () => {
      const room = bed.room("leased");
      const watcher = await room.watch({ query: { token: tokenOf({}) } });
      const peer = await join(room, { ms: 800 });
      const left = await expiresIn(peer);
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(800);
      await bed.target.elapse(800);
      expect(await expiresIn(peer)).toBe(0);
      await peer.silent();
      await bed.target.elapse(GRACE_MS);
      await peer.expectClosed(4401, "The token has expired");
      expect(await watcher.journal("close")).toMatchObject({ code: 4401 });
    });

    test.for(["sync", "async"] as const)(
      "a new token, taken %s, is asked about alone and replaces the data",
      async (how) => {
        const room = bed.room("leased");
        const peer = await join(room, { ms: 30_000, denied: "before" });
        await expiresIn(peer);
        const before = await dataOf(peer);
        expect(before).toMatchObject({ asked: { target: "/leased?…" }, denied: "before" });
        bring(peer, { ms: 3_600_000, denied: "after", ...(how === "async" && { how }) });
        expect(await expiresIn(peer)).toBeGreaterThan(3_500_000);
        const { test: id, clientId } = before;
        const asked = { target: "/leased", headers: ["authorization"] };
        expect(await dataOf(peer)).toMatchObject({ test: id, clientId, user: "ada", denied: "after", asked });
      },
    );

    test.for(["refuse", "response"] as const)("one that authenticate refuses (%s) closes with 4401", async (how) => {
      const peer = await join(bed.room("leased"), {});
      bring(peer, { how });
      await peer.expectClosed(4401, "The new token was refused");
    });

    test("one of another identity closes with 4403", async () => {
      const peer = await join(bed.room("leased"), { user: "ada" });
      bring(peer, { user: "eve" });
      await peer.expectClosed(4403, "The identity of a connection cannot change");
    });

    test.for(["throw", "never"] as const)("one that cannot be decided on (%s) changes nothing", async (how) => {
      const peer = await join(bed.room("leased"), { ms: 100_000 });
      await expiresIn(peer);
      bring(peer, { how, ms: 900_000 });
      await peer.settle();
      await bed.target.elapse(300);
      const left = how === "never" ? await expiresIn(peer) : 1;
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(100_000);
      expect(await dataOf(peer)).toMatchObject({ user: "ada" });
      expect(bed.target.logs()).not.toContain(tokenOf({ how, ms: 900_000 }));
    });

    test("rights to topics are asked again: one that is refused is left, and the peer told", async () => {
      const room = bed.room("leased");
      const [open, shut] = [`open-${room.id}`, `shut-${room.id}`];
      const [peer, other] = [await join(room, {}), await join(room, {})];
      for (const topic of [open, shut]) {
        peer.send("JOIN", { room: topic });
        other.send("JOIN", { room: topic });
      }
      await Promise.all([peer.settle(), other.settle()]);
      bring(peer, { denied: shut });
      await expiresIn(peer);
      const refused = `Not allowed to follow ${JSON.stringify(shut)}`;
      await peer.expect(errorFrame("PERMISSION_DENIED", refused, { inReplyTo: AUTH }, { details: { topic: shut } }));
      other.send("SAY", { room: shut, text: "secret" });
      other.send("SAY", { room: open, text: "hello" });
      await peer.expect({ type: "SAID", payload: { text: "hello" } });
    });

    test("a handler that runs meanwhile is not interrupted, and a token does not wait for it", async () => {
      const room = bed.room("leased");
      const peer = await join(room, { ms: 30_000 });
      await expiresIn(peer);
      peer.send("HOLD", { gate: room.id, text: "held" });
      bring(peer, { ms: 900_000 });
      expect(await expiresIn(peer)).toBeGreaterThan(800_000);
      const other = await join(room, {});
      other.send("RELEASE", { gate: room.id });
      await peer.expect({ type: "ECHO", payload: { text: "held" } });
    });

    test("what a handler assigns moves the end, and the peer is told", async () => {
      const peer = await join(bed.room("leased"), { ms: 30_000 });
      const { until } = await dataOf(peer);
      peer.send("ASSIGN", { data: { until: Number(until) + 500_000 } });
      const left = await peer.find(AUTH);
      expect((left.payload as { expiresInMs: number }).expiresInMs).toBeGreaterThan(400_000);
    });

    test("many at once are one, and violations", async () => {
      const peer = await join(bed.room("leased"), {});
      await expiresIn(peer);
      peer.together(...Array.from({ length: 4 }, () => ({ type: AUTH, payload: { token: tokenOf({}) } })));
      const answers: Frame[] = [];
      for (let i = 0; i < 4; i++) answers.push(await peer.next());
      const codes = answers.map(({ type, payload }) => (type === "ERROR" ? String(payload.code) : type)).toSorted();
      expect(codes).toEqual([AUTH, "RESOURCE_EXHAUSTED", "RESOURCE_EXHAUSTED", "RESOURCE_EXHAUSTED"]);
      for (let i = 0; i < 8; i++) peer.send(AUTH, { token: "" });
      await peer.expectClosed(1008);
    });

    test("where nothing expires it is a reserved type", async () => {
      const peer = await bed.room().join();
      bring(peer, {});
      await peer.expect(errorFrame("INVALID_ARGUMENT", `"${AUTH}" is reserved for the protocol`, { inReplyTo: AUTH }));
    });
  });
}
