import { spawn, type ChildProcess } from "node:child_process";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CAPABILITIES, type AdapterName } from "./capabilities.ts";
import type { Fate } from "./vanishing-app.ts";

/** Forty seconds of work. */
const FRAMES = 20_000;

/** Enough that most of them are read before their turn. */
const STAYING = 2_500;

/** How a peer leaves that says nothing. */
const LEAVES: Readonly<Record<string, (socket: Socket) => void>> = {
  "ends its half": (socket) => socket.end(),
  "is gone": (socket) => socket.destroy(),
  "resets the connection": (socket) => socket.resetAndDestroy(),
};

/**
 * Holds that a peer which vanishes while the server is far behind with its messages is gone within 15 s, and that one
 * which stays is read to the end.
 *
 * @param args Runs a program that calls `serveSlowly` with the runtime's `serve`.
 */
export function vanishing(name: AdapterName, command: string, args: readonly string[]): void {
  describe(`${name}: a peer that sends faster than its handlers work`, () => {
    let server: ChildProcess;
    let port: number;
    beforeAll(async () => {
      server = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
      port = await new Promise<number>((resolve, reject) => {
        server.on("exit", () => reject(new Error("The server ended")));
        server.stdout?.on("data", (text: Buffer) => {
          const [, found] = /LISTENING (\d+)/.exec(text.toString()) ?? [];
          if (found !== undefined) resolve(Number(found));
        });
      });
    }, 20_000);
    afterAll(() => void server.kill("SIGKILL"));

    /** Waits until a peer's fate is like that. */
    async function until(peer: string, isSo: (fate: Fate) => boolean): Promise<Fate> {
      for (;;) {
        const fates = (await (await fetch(`http://127.0.0.1:${port}/`)).json()) as Record<string, Fate>;
        const fate = fates[peer];
        if (fate !== undefined && isSo(fate)) return fate;
        await sleep(250);
      }
    }

    test.concurrent.each(Object.keys(LEAVES))(
      "and %s leaves within 15 s",
      async (how) => {
        const socket = await dial(port, how);
        await write(socket, frames(FRAMES));
        const left = performance.now();
        LEAVES[how]?.(socket);
        await until(how, ({ open }) => !open);
        expect(performance.now() - left).toBeLessThan(15_000);
        // What had come until then gets `closeGraceMs`, and no more.
        const { inOrder, handled } = await until(how, ({ closed }) => closed);
        expect(performance.now() - left).toBeLessThan(20_000);
        expect(inOrder).toBe(true);
        expect(handled).toBeLessThan(FRAMES);
        socket.destroy();
      },
      40_000,
    );

    // Elsewhere most of them are refused.
    if (!CAPABILITIES[name].pauseReading) return;

    test.concurrent("and stays has all of them handled, in order", async () => {
      const socket = await dial(port, "stays");
      await write(socket, frames(STAYING));
      const fate = await until("stays", ({ handled }) => handled === STAYING);
      expect(fate).toEqual({ handled: STAYING, last: STAYING - 1, inOrder: true, open: true, closed: false });
      socket.destroy();
    }, 70_000);
  });
}

/** Upgrades, and answers nothing that comes then. */
function dial(port: number, peer: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  return new Promise((resolve) => {
    socket.on("connect", () =>
      socket.write(
        `GET /ws?name=${encodeURIComponent(peer)} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
      ),
    );
    socket.once("data", () => resolve(socket));
    socket.on("data", () => {});
  });
}

/** Resolves when the kernel has all of it. */
function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => void socket.write(bytes, () => resolve()));
}

function frames(count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, n) => frame(`{"type":"WORK","payload":{"n":${n}}}`)));
}

/** A client's text frame of up to 125 bytes, masked with zeros (RFC 6455 §5.2). */
function frame(text: string): Buffer {
  const body = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | body.length, 0, 0, 0, 0]), body]);
}
