import { describe, expect, it } from "vitest";
import { bench, FakeSocket, fields, memoryLogger, Note, settle } from "../../test/harness.ts";
import { type AnyMessage, createRouter, message, rpc } from "../index.ts";
import { OPENING } from "../state/phases.ts";

type Data = { userId?: string };

const made = (options: object = {}) => {
  const logger = memoryLogger();
  const router = createRouter<Data>({ identify: (data) => data.userId, logger, ...options });
  return { router, logger, ...bench(router) };
};

describe("router.users", () => {
  it("sends to all connections of a user and to nobody else, and says to how many", async () => {
    const { router, connect } = made();
    const [one, two, bob, nobody] = [
      connect({ userId: "ada" }),
      connect({ userId: "ada" }),
      connect({ userId: "bob" }),
      connect(),
    ];
    const sent = router.users.send("ada", Note, { n: 7 });
    // At once, where nothing has to be waited for.
    expect([one, two, bob, nobody].map(({ socket }) => socket.take())).toMatchObject([
      [{ type: "NOTE", payload: { n: 7 } }],
      [{ type: "NOTE", payload: { n: 7 } }],
      [],
      [],
    ]);
    expect(await sent).toEqual({ ok: true, connections: 2, nodes: 1, missing: [] });
    expect(await router.users.send("carol", Note, { n: 7 })).toEqual({
      ok: true,
      connections: 0,
      nodes: 0,
      missing: [],
    });
    expect(await router.users.send("", Note, { n: 7 })).toMatchObject({ connections: 0 });
  });

  it("knows a user from when the connection says who it is, until it has closed", async () => {
    const { router, connect } = made();
    router.on(Note, (ctx) => ctx.assignData({ userId: "ada" }));
    const peer = connect();
    expect([await router.users.isOnline("ada"), peer.conn.state > OPENING]).toEqual([false, true]);
    peer.message("NOTE", { n: 1 });
    expect(await router.users.isOnline("ada")).toBe(true);
    const other = connect({ userId: "ada" });
    expect(await router.users.connections("ada")).toEqual({ ok: true, connections: 2, nodes: 1, missing: [] });
    peer.socket.close();
    expect(await router.users.connections("ada")).toMatchObject({ connections: 1, nodes: 1 });
    other.socket.close();
    expect(await router.users.connections("ada")).toEqual({ ok: true, connections: 0, nodes: 0, missing: [] });
    expect(await router.users.isOnline("ada")).toBe(false);
  });

  it("closes all connections of a user, and says how many there were", async () => {
    const { router, connect } = made();
    const peers = [connect({ userId: "ada" }), connect({ userId: "ada" }), connect({ userId: "bob" })];
    expect(await router.users.close("ada", 4_403, "Suspended")).toMatchObject({ ok: true, connections: 2, nodes: 1 });
    const end = { code: 4_403, reason: "Suspended" };
    expect(peers.map(({ socket }) => socket.ended)).toEqual([end, end, undefined]);
    expect(await router.users.close("bob")).toMatchObject({ connections: 1 });
    expect(peers[2]?.socket.ended).toEqual({ code: 1_000, reason: "" });
  });

  it("counts whom it could reach, and a socket that throws cuts nobody off", async () => {
    const { router, connect, logger } = made();
    class Broken extends FakeSocket {
      override send(): number {
        throw new Error("broken");
      }
    }
    connect({ userId: "ada" }, new Broken());
    const whole = connect({ userId: "ada" });
    expect(await router.users.send("ada", Note, { n: 1 })).toMatchObject({ ok: true, connections: 1 });
    expect(whole.socket.take()).toHaveLength(1);
    expect(logger.lines.join()).toContain("broken");
  });

  it("encodes once, checks the payload, and tells onError once of one that does not fit", async () => {
    const { router, connect } = made();
    const errors: string[] = [];
    router.onError((error) => void errors.push(error.name));
    const peers = [connect({ userId: "ada" }), connect({ userId: "ada" })];
    const result = await router.users.send("ada", Note, { n: "seven" });
    expect(result).toMatchObject({ ok: false, connections: 0, error: { name: "ValidationError" } });
    expect(errors).toEqual(["ValidationError"]);
    const Ask = rpc("ASK", undefined, "ANSWER");
    expect(await router.users.send("ada", Ask as AnyMessage, undefined)).toMatchObject({
      ok: false,
      error: { name: "TypeError" },
    });
    expect(peers.flatMap(({ socket }) => socket.take())).toEqual([]);
  });

  it("waits for a schema that is asynchronous", async () => {
    const { router, connect } = made();
    const Late = message(
      "LATE",
      fields({ n: "number" }, () => Promise.resolve()),
    );
    const peer = connect({ userId: "ada" });
    expect(await router.users.send("ada", Late, { n: 1 })).toMatchObject({ ok: true, connections: 1 });
    await settle();
    expect(peer.socket.take()).toMatchObject([{ type: "LATE", payload: { n: 1 } }]);
    expect(await router.users.send("ada", Late, { n: "x" as never })).toMatchObject({ ok: false });
  });

  it("reaches a user on every listener that serves the router, and by routers that are merged", async () => {
    const { router, connect } = made();
    const inner = createRouter<Data>();
    router.merge(inner);
    const second = bench(router);
    const peers = [connect({ userId: "ada" }), second.connect({ userId: "ada" })];
    expect(await router.users.send("ada", Note, { n: 1 })).toMatchObject({ connections: 2, nodes: 1 });
    expect(await inner.users.send("ada", Note, { n: 2 })).toMatchObject({ connections: 2, nodes: 1 });
    expect(peers.map(({ socket }) => socket.take().length)).toEqual([2, 2]);
  });

  it("refuses where nobody says whose a connection is, and never throws for it", async () => {
    const { router, connect } = made({ identify: undefined });
    connect({ userId: "ada" });
    const error = { code: "FAILED_PRECONDITION", message: expect.stringContaining("identify") };
    expect(await router.users.send("ada", Note, { n: 1 })).toMatchObject({ ok: false, error });
    expect(await router.users.close("ada")).toMatchObject({ ok: false, error });
    expect(await router.users.connections("ada")).toMatchObject({ ok: false, error });
    await expect(router.users.isOnline("ada")).rejects.toMatchObject(error);
    // What is not served yet has no connections.
    expect(await createRouter().users.send("ada", Note, { n: 1 })).toMatchObject({ ok: true, connections: 0 });
  });

  it("counts a connection that waits for its client, for which it is kept, until it is given up", async () => {
    const { router, connect, clock } = made({ resume: { windowMs: 5_000 } });
    const peer = connect({ userId: "ada" });
    peer.socket.close(1_006, "");
    expect(await router.users.send("ada", Note, { n: 1 })).toMatchObject({ connections: 1 });
    await clock.advance(5_001);
    expect(await router.users.connections("ada")).toMatchObject({ connections: 0 });
  });
});
