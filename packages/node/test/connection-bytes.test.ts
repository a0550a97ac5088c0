import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const CONNECTIONS = 1_000;

async function heard(child: ChildProcess): Promise<Record<string, number>> {
  const [message] = (await once(child, "message")) as [Record<string, number>];
  return message;
}

async function open(port: number, count: number): Promise<void> {
  for (let i = 0; i < count; i += 50) await Promise.all(Array.from({ length: 50 }, () => upgraded(port)));
}

async function upgraded(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.write(
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  await once(socket, "data");
  return socket;
}

/** Bytes of the heap that one idle connection keeps. */
async function weigh(kind: "ws" | "ws-kit"): Promise<number> {
  const file = fileURLToPath(new URL("weighed-server.ts", import.meta.url));
  const child = fork(file, [kind], { execArgv: ["--expose-gc"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const { port } = await heard(child);
  const weighed = async () => {
    child.send("weigh");
    return (await heard(child))["heapUsed"] as number;
  };
  await open(port as number, CONNECTIONS);
  const before = await weighed();
  await open(port as number, CONNECTIONS);
  return ((await weighed()) - before) / CONNECTIONS;
}

// Counted, not timed: the same to within a hundred from run to run.
test("an idle connection keeps no more of the heap than one of ws by hand with two listeners", async () => {
  const [hand, own] = [await weigh("ws"), await weigh("ws-kit")];
  expect(hand).toBeGreaterThan(1_500);
  expect(own).toBeGreaterThan(1_500);
  expect(own - hand).toBeLessThan(250);
});
