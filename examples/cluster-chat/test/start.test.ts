import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Wire } from "../../chat/test/wire.ts";
import { freePort } from "../../../test/ports.ts";
import { findProgram } from "../../../test/servers.ts";

const START = join(import.meta.dirname, "../start.ts");
const hasRedis = findProgram("redis-server") !== undefined;

test.runIf(process.env["CI"])("redis-server is on PATH in CI (as root: apt-get install redis-server)", () => {
  expect(hasRedis).toBe(true);
});

describe.skipIf(!hasRedis)("the chat on three nodes", () => {
  let port: number;
  let child: ChildProcess;
  let output = "";
  /** Where each node listens. */
  const ports: number[] = [];
  beforeAll(async () => {
    port = await freePort();
    child = spawn("bun", [START], { env: { ...process.env, PORT: String(port) }, stdio: ["pipe", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => (output += String(data)));
    child.stdout?.on("data", (data) => {
      for (const [, node, at] of String(data).matchAll(/node (\d) listens on port (\d+)/g))
        ports[Number(node)] = Number(at);
    });
    await seen("The chat is at");
    for (const node of [1, 2, 3]) await seen(`node ${node}: The link to Redis is up`);
  });
  afterAll(async () => {
    if (child.exitCode === null) child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "exit");
  });

  const seen = (text: string): Promise<void> => vi.waitFor(() => expect(output).toContain(text), 20_000);
  const press = (key: string): void => {
    output = "";
    child.stdin?.write(key);
  };
  let names = 0;
  /** Somebody in the room, on the node, or on whichever the proxy chooses. */
  const member = async (node?: number): Promise<Wire> => {
    const wire = await Wire.open(node === undefined ? port : (ports[node] ?? 0));
    await wire.logIn(`user ${names++}`);
    await wire.request("JOIN_ROOM", { roomId: "general" });
    return wire;
  };
  /** Resolves with what the others hear next. */
  const says = async (wire: Wire, text: string, ...others: Wire[]): Promise<unknown[]> => {
    await wire.request("SEND_MESSAGE", { roomId: "general", text });
    return Promise.all(others.map(async (other) => (await other.next("CHAT_MESSAGE")).payload.text as unknown));
  };

  test("the page comes through the proxy, and what is said on one node is heard on the others", async () => {
    const page = await (await fetch(`http://localhost:${port}/`)).text();
    expect(page).toContain("<title>WS-Kit Chat</title>");
    const parts = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path);
    expect(parts.length).toBeGreaterThan(1);
    // Whichever node gave the page, every other one has its parts as well.
    for (const path of parts) {
      for (let turn = 0; turn < 3; turn++) {
        const { status } = await fetch(`http://localhost:${port}${path}`, { headers: { connection: "close" } });
        expect(`${path} ${status}`).toBe(`${path} 200`);
      }
    }
    const [one, two, three] = [await member(1), await member(2), await member(3)];
    expect(await says(one, "hello", two, three)).toEqual(["hello", "hello"]);
    expect(await says(three, "hello yourself", one, two)).toEqual(["hello yourself", "hello yourself"]);
  });

  test("a node that is killed takes its connections with it; the proxy leads past it, and to it when it is back", async () => {
    const [victim, other] = [await member(1), await member(2)];
    press("1");
    expect(await victim.closed()).toBe(1006);
    await seen("node 1 is dead");
    const returned = [await member(), await member()];
    expect(await says(other, "still here", ...returned)).toEqual(["still here", "still here"]);
    press("1");
    await seen("node 1: The link to Redis is up");
    expect(await says(await member(1), "back", other)).toEqual(["back"]);
  });

  test("while Redis is dead a node's own people hear each other; when it is back all do", async () => {
    const [one, neighbour, two] = [await member(1), await member(1), await member(2)];
    press("r");
    await seen("Redis is dead");
    for (const node of [1, 2, 3]) await seen(`node ${node}: The link to Redis is down`);
    expect(await says(one, "alone", neighbour)).toEqual(["alone"]);
    press("r");
    for (const node of [1, 2, 3]) await seen(`node ${node}: The link to Redis is up`);
    expect(await says(one, "together", neighbour, two)).toEqual(["together", "together"]);
  });

  test("q ends everything, and leaves nothing behind", async () => {
    press("q");
    expect(await once(child, "exit")).toEqual([0, null]);
    for (const each of [port, ...ports.slice(1)]) {
      await expect(fetch(`http://localhost:${each}/`)).rejects.toThrow("fetch failed");
    }
  });
});
