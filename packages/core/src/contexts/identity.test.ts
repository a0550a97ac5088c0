import { describe, expect, it } from "vitest";
import { createRouter } from "../index.ts";
import { bench, memoryLogger, Note, settle } from "../../test/harness.ts";

type Data = { userId?: string };

describe("identify", () => {
  const made = (handle: (ctx: { data: Data; assignData(data: Data): void }, n: number) => unknown) => {
    const identify = (data: Data) => data.userId;
    const logger = memoryLogger();
    const router = createRouter<Data>({ identify, logger }).on(Note, (ctx) => handle(ctx, ctx.payload.n) as undefined);
    return bench(router);
  };

  it("is asked at open", () => {
    const { hub, connect } = made(() => {});
    expect(hub.identities.get(connect({ userId: "alice" }).conn)).toBe("alice");
    expect(hub.identities.get(connect().conn)).toBeUndefined();
  });

  it("is asked after assignData, and of no connection that nobody has", () => {
    const { hub, connect } = made((ctx) => ctx.assignData({ userId: "alice" }));
    const peer = connect();
    peer.message("NOTE", { n: 1 });
    expect(hub.identities.get(peer.conn)).toBe("alice");
    peer.message("NOTE", { n: 2 });
    expect(peer.socket.ended).toBeUndefined();
  });

  it("is asked after a handler that wrote to ctx.data itself, also after an asynchronous one", async () => {
    const { hub, connect } = made(async (ctx) => {
      await Promise.resolve();
      ctx.data.userId = "bob";
    });
    const peer = connect();
    peer.message("NOTE", { n: 1 });
    await settle();
    expect(hub.identities.get(peer.conn)).toBe("bob");
  });

  it.each([
    ["another", "mallory"],
    ["nobody", undefined],
    ["no string", 7],
    ["an empty one", ""],
  ])("closes with 4403 what becomes %s", (_, userId) => {
    const { connect, hub } = made((ctx) => ctx.assignData({ userId: userId as never }));
    const peer = connect({ userId: "alice" });
    peer.message("NOTE", { n: 1 });
    expect(peer.socket.ended).toMatchObject({ code: 4403 });
    expect(hub.identities.get(peer.conn)).toBe("alice");
  });

  it("takes one that throws for nobody, and says so", () => {
    const logger = memoryLogger();
    const router = createRouter<Data>({
      logger,
      identify: () => {
        throw new Error("no user yet");
      },
    });
    const { hub, connect } = bench(router);
    const { conn, socket } = connect();
    expect(hub.identities.get(conn)).toBeUndefined();
    expect(socket.ended).toBeUndefined();
    expect(logger.lines.join()).toContain("no user yet");
  });

  it("takes one that answers later for nobody, also where that fails", async () => {
    const router = createRouter<Data>({
      logger: memoryLogger(),
      identify: () => Promise.reject(new Error("x")) as never,
    });
    const { hub, connect } = bench(router);
    const { conn } = connect();
    await settle();
    expect(hub.identities.get(conn)).toBeUndefined();
  });

  it("is known again after a sleep", () => {
    const { hub, connect } = made(() => {});
    const { socket } = connect();
    const conn = hub.restore(socket, { userId: "alice", clientId: "c" }, "c", []);
    expect(hub.identities.get(conn)).toBe("alice");
  });
});
