import { once } from "node:events";
import type { EngineServer } from "@ws-kit/conformance/engines/servers";
import { spawnTarget, type Target } from "@ws-kit/conformance";
import type { AnyRpc, InferInput } from "@ws-kit/zod";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { Ask, Expel, Tell, Where } from "./users-node.ts";

interface Told {
  readonly yes?: boolean;
  readonly ok: boolean;
  readonly connections: number;
  readonly nodes: number;
  readonly missing: readonly string[];
  readonly online?: boolean;
  readonly node?: string;
}

/** One connection, and what it was sent. */
class Client {
  readonly notes: string[] = [];
  /** Ids of what it was asked, and of what it need not answer any more. */
  readonly questions: string[] = [];
  readonly aborted: string[] = [];
  readonly ended: Promise<unknown>;
  private readonly socket: WebSocket;
  private readonly asked = new Map<string, (payload: Told) => void>();
  private count = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.ended = once(socket, "close").then(([code, reason]) => [code, String(reason)]);
    socket.on("message", (data: Buffer) => {
      const { type, meta, payload } = JSON.parse(data.toString()) as {
        type: string;
        meta?: { correlationId?: string };
        payload: Told & { text: string };
      };
      if (type === "NOTE") this.notes.push(payload.text);
      else if (type === "CONFIRM") this.questions.push(meta?.correlationId ?? "");
      else if (type === "$ws:abort") this.aborted.push(meta?.correlationId ?? "");
      else this.asked.get(meta?.correlationId ?? "")?.(payload);
    });
  }

  static async open(target: Target & { port: number }, user?: string): Promise<Client> {
    const socket = new WebSocket(`ws://127.0.0.1:${target.port}/${user === undefined ? "" : `?user=${user}`}`);
    await once(socket, "open");
    return new Client(socket);
  }

  /** Answers the question that it was asked last. */
  answer(yes: boolean): void {
    const correlationId = this.questions.at(-1);
    this.socket.send(JSON.stringify({ type: "CONFIRMED", meta: { correlationId }, payload: { yes } }));
  }

  request<R extends AnyRpc>({ type }: R, payload: InferInput<R>): Promise<Told> {
    const correlationId = String(++this.count);
    return new Promise((resolve) => {
      this.asked.set(correlationId, resolve);
      this.socket.send(JSON.stringify({ type, meta: { correlationId }, payload }));
    });
  }
}

/** @param command What starts a node for an engine's port; it prints its own. */
export function usersSuite(
  startEngine: () => Promise<EngineServer>,
  command: (port: number) => readonly string[],
): void {
  let engine: EngineServer;
  let nodes: (Target & { port: number })[];
  const start = async () => {
    const target = await spawnTarget(process.execPath, command(engine.port));
    await vi.waitFor(() => expect(target.logs()).toContain("LINK up"), 20_000);
    return { ...target, port: Number(/LISTENING (\d+)/.exec(target.logs())?.[1]) };
  };
  beforeAll(async () => {
    engine = await startEngine();
    nodes = [];
    // One after the other: three at once are slow to start.
    while (nodes.length < 3) nodes.push(await start());
  }, 180_000);
  afterAll(async () => {
    for (const node of nodes ?? []) await node.stop();
    await engine?.stop();
  });
  const open = (at: number, user?: string) => Client.open(nodes[at] as Target & { port: number }, user);

  test("a user is reached on all nodes, and closed on all nodes", async () => {
    const asker = await open(0);
    const adas = [await open(0, "ada"), await open(1, "ada"), await open(1, "ada")];
    const bob = await open(2, "bob");
    await vi.waitFor(async () => {
      expect(await asker.request(Where, { user: "ada" })).toMatchObject({
        ok: true,
        connections: 3,
        nodes: 2,
        missing: [],
      });
    }, 20_000);
    expect(await asker.request(Tell, { user: "ada", text: "Hello" })).toMatchObject({
      connections: 3,
      nodes: 2,
      missing: [],
    });
    await vi.waitFor(() => expect(adas.map(({ notes }) => notes)).toEqual([["Hello"], ["Hello"], ["Hello"]]));
    expect(bob.notes).toEqual([]);
    expect(await asker.request(Expel, { user: "ada" })).toMatchObject({ ok: true, connections: 3, nodes: 2 });
    expect(await Promise.all(adas.map(({ ended }) => ended))).toEqual(adas.map(() => [4_403, "Suspended"]));
    await vi.waitFor(async () => {
      expect(await asker.request(Where, { user: "ada" })).toMatchObject({ connections: 0, nodes: 0, online: false });
    });
  });

  test("a user is asked on all nodes: the first answer is given, and the others learn that it is not wanted", async () => {
    const asker = await open(0);
    const adas = [await open(0, "ada"), await open(1, "ada"), await open(2, "ada")] as const;
    await vi.waitFor(async () => {
      expect(await asker.request(Where, { user: "ada" })).toMatchObject({ connections: 3, nodes: 3 });
    }, 20_000);
    const asked = asker.request(Ask, { user: "ada", text: "Log in?" });
    await vi.waitFor(() => expect(adas.map(({ questions }) => questions.length)).toEqual([1, 1, 1]));
    adas[1].answer(true);
    expect(await asked).toEqual({ yes: true });
    await vi.waitFor(() => {
      expect(adas.map(({ aborted }) => aborted)).toEqual([adas[0].questions, [], adas[2].questions]);
    });
    await asker.request(Expel, { user: "ada" });
  });

  test("a node that was killed is missing, and nothing is thrown", async () => {
    const [asker, other] = [await open(0), await open(2)];
    await open(1, "carol");
    await open(2, "carol");
    await vi.waitFor(async () => {
      expect(await asker.request(Where, { user: "carol" })).toMatchObject({ connections: 2, nodes: 2 });
    }, 20_000);
    const { node } = await (await open(1)).request(Where, { user: "carol" });
    await nodes[1]?.stop();
    for (const each of [asker, other]) {
      const told = await each.request(Tell, { user: "carol", text: "Still there?" });
      expect(told).toMatchObject({ ok: true, connections: 1, nodes: 1, missing: [node] });
    }
  });

  test("while the engine is away the process itself is served, and it says so; then all are again", async () => {
    const asker = await open(0);
    const dan = await open(0, "dan");
    await open(2, "dan");
    await vi.waitFor(async () => {
      expect(await asker.request(Where, { user: "dan" })).toMatchObject({ ok: true, connections: 2 });
    }, 20_000);
    await engine.kill();
    await vi.waitFor(async () => {
      expect(await asker.request(Tell, { user: "dan", text: "Alone" })).toMatchObject({ ok: false, connections: 1 });
    }, 20_000);
    await vi.waitFor(() => expect(dan.notes).toContain("Alone"));
    await engine.restart();
    await vi.waitFor(async () => {
      expect(await asker.request(Where, { user: "dan" })).toMatchObject({ ok: true, connections: 2, nodes: 2 });
    }, 30_000);
  }, 90_000);
}
