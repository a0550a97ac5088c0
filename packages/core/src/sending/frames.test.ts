import { describe, expect, it } from "vitest";
import { fields } from "../../test/harness.ts";
import { ListenerHub as Hub } from "../adapter/hub.ts";
import { message } from "../message/standard.ts";
import { createRouter } from "../router/create-router.ts";
import type { Socket } from "../ports/socket.ts";
import { join } from "../topics/membership.ts";

/** A socket that counts system calls as Bun makes them: one for each cork, one for each frame outside any. */
class CorkSocket implements Socket {
  /** The types that left together, one entry a system call; what the callback of the socket itself sends is one, too. */
  readonly calls: string[][] = [];
  private corked: string[] | undefined = undefined;

  send(frame: string): number {
    const { type } = JSON.parse(frame) as { type: string };
    if (this.corked === undefined) this.calls.push([type]);
    else this.corked.push(type);
    return frame.length;
  }

  cork(write: () => void): void {
    const frames = (this.corked ??= []);
    write();
    this.corked = undefined;
    if (frames.length > 0) this.calls.push(frames);
  }

  close(): void {
    this.calls.push(["close"]);
  }

  terminate(): void {}
  subscribe(): void {}
  getBufferedAmount(): number {
    return 0;
  }
}

const [Go, A, B] = [message("GO"), message("A"), message("B")];

function open(router = createRouter()) {
  const socket = new CorkSocket();
  const hub = new Hub(router, { publish: () => socket.calls.push(["published"]) });
  const conn = hub.adopt(socket, {}, "client");
  hub.opened(conn);
  const receive = (type: string) => socket.cork(() => hub.receive(conn, JSON.stringify({ type })));
  return { socket, hub, conn, receive, handle: router.connections.get("client") };
}

/** A later tick, with its microtasks done. */
const tick = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("sends outside their socket's own callback", () => {
  it("leave together, in order", async () => {
    const { socket, handle } = open();
    handle?.send(A);
    handle?.send(B);
    handle?.send(A);
    expect(socket.calls).toEqual([]);
    await tick();
    expect(socket.calls).toEqual([["A", "B", "A"]]);
    handle?.send(B);
    await tick();
    expect(socket.calls).toEqual([["A", "B", "A"], ["B"]]);
  });

  it("from an asynchronous handler come after those it made at once", async () => {
    const router = createRouter().on(Go, async (ctx) => {
      ctx.send(A);
      await tick();
      ctx.send(B);
      ctx.send(B);
    });
    const { socket, receive } = open(router);
    receive("GO");
    expect(socket.calls).toEqual([["A"]]);
    await tick();
    await tick();
    expect(socket.calls).toEqual([["A"], ["B", "B"]]);
  });

  it("stay in order with what a handler sends before their turn", async () => {
    const router = createRouter().on(Go, (ctx) => {
      ctx.send(B);
    });
    const { socket, handle, receive } = open(router);
    handle?.send(A);
    receive("GO");
    await tick();
    expect(socket.calls).toEqual([["A", "B"]]);
  });

  it("come before a publish and a close that follow", async () => {
    const { socket, hub, conn, handle } = open();
    join("room", conn);
    handle?.send(A);
    void hub.publish("room", B);
    expect(socket.calls).toEqual([["A"], ["published"]]);
    handle?.send(A);
    handle?.close();
    await tick();
    expect(socket.calls).toEqual([["A"], ["published"], ["A"], ["close"]]);
  });

  it("do not gather without end", () => {
    const Text = message("TEXT", {
      "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value: value as string }) },
    });
    const { socket, handle } = open();
    for (let i = 0; i < 10; i++) handle?.send(Text, "x".repeat(10_000));
    expect(socket.calls.flat().length).toBe(7);
  });
});

describe("much that is sent to many in one tick", () => {
  it("leaves before the tick is over, so that it need not be kept until then", async () => {
    const Text = message("TEXT", fields({ text: "string" }));
    const router = createRouter();
    const hub = new Hub(router, { publish() {} });
    const sockets = Array.from({ length: 100 }, (_, n) => {
      const socket = new CorkSocket();
      hub.opened(hub.adopt(socket, {}, `client-${n}`));
      return socket;
    });
    const left = () => sockets.reduce((sum, { calls }) => sum + calls.flat().length, 0);
    const text = "x".repeat(50_000);
    for (const peer of router.connections) peer.send(Text, { text });
    expect(left()).toBeGreaterThan(80);
    expect(left()).toBeLessThan(100);
    for (const peer of router.connections) peer.send(A);
    await tick();
    for (const { calls } of sockets) expect(calls.flat()).toEqual(["TEXT", "A"]);
  });
});
