import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import type { PresenceLine, PresenceOrder } from "./presence-node.ts";
import type { EngineServer } from "./servers.ts";
import { until, wait } from "./world.ts";

type News = Readonly<{
  version: number;
  state?: Record<string, { name: string }[]>;
  join?: Record<string, { name: string }[]>;
  update?: Record<string, { name: string }[]>;
  leave?: string[];
}>;

/** A node in a process of its own, as somebody who looks at it sees it. */
class PresenceProcess {
  readonly child: ChildProcess;
  readonly members = new Map<string, string[]>();
  /** Who left, as it was told. */
  readonly left: string[] = [];
  private ups = 0;
  private readonly answers = new Map<number, (members: unknown) => void>();
  private asked = 0;

  constructor(command: readonly string[], env: Readonly<Record<string, string>>) {
    const [program = "", ...args] = command;
    this.child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...env } });
    createInterface(this.child.stdout as NodeJS.ReadableStream).on("line", (line) =>
      this.heard(JSON.parse(line) as PresenceLine),
    );
  }

  tell(order: PresenceOrder): void {
    this.child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  up(): Promise<void> {
    return until(() => this.ups > 0);
  }

  list(room: string): Promise<unknown> {
    const id = ++this.asked;
    this.tell({ do: "list", room, id });
    return new Promise((resolve) => this.answers.set(id, resolve));
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill("SIGKILL");
    await once(this.child, "exit");
  }

  private heard(line: PresenceLine): void {
    if ("up" in line) this.ups++;
    else if ("id" in line) this.answers.get(line.id)?.(line.members);
    else this.take(line.news as News);
  }

  private take({ state, join, update, leave }: News): void {
    if (state !== undefined) this.members.clear();
    for (const [key, states] of Object.entries({ ...state, ...join, ...update })) {
      this.members.set(
        key,
        states.map(({ name }) => name),
      );
    }
    for (const key of leave ?? []) {
      this.members.delete(key);
      this.left.push(key);
    }
  }
}

/**
 * @param command Runs `runPresenceNode` in a process, with the engine at `ENGINE_PORT`.
 * @param leases Whether nodes are killed and stopped as well, which takes as long as their leases.
 */
export function presenceSuite(
  startServer: () => Promise<EngineServer>,
  command: readonly string[],
  leases: boolean,
): void {
  let server: EngineServer;
  const started: PresenceProcess[] = [];
  let here: PresenceProcess;

  const node = async (): Promise<PresenceProcess> => {
    const made = new PresenceProcess(command, { ENGINE_PORT: String(server.port) });
    started.push(made);
    await made.up();
    return made;
  };
  const keys = (): string[] => [...here.members.keys()].toSorted();
  /** A test that takes as long as leases do. */
  const withLeases = (name: string, run: () => Promise<void>): void => {
    // oxlint-disable vitest/no-conditional-tests, vitest/valid-title -- what stands in where it is left out
    if (leases) it(name, run);
    else it(name, ({ skip }) => skip("It takes as long as leases do, and is run by another client of this engine"));
    // oxlint-enable vitest/no-conditional-tests, vitest/valid-title
  };

  beforeAll(async () => {
    server = await startServer();
    here = await node();
    here.tell({ do: "look", room: "1" });
  });
  afterAll(async () => {
    await Promise.all(started.map((one) => one.kill()));
    await server.stop();
  });

  afterEach(async () => {
    // What a test that failed has left would make the others fail.
    await Promise.all(started.filter((one) => one !== here).map((one) => one.kill()));
    // A node that was killed has its members until its lease ends.
    await until(() => here.members.size === 0, 20_000);
  });

  it("is the same on all nodes, by user with several devices", async () => {
    const there = await node();
    there.tell({ do: "enter", user: "ann", room: "1", name: "phone" });
    here.tell({ do: "enter", user: "ann", room: "1", name: "laptop" });
    there.tell({ do: "enter", user: "bob", room: "1", name: "bob" });
    await until(() => here.members.size === 2 && here.members.get("ann")?.length === 2);
    expect(Object.fromEntries(here.members)).toEqual({ ann: ["laptop", "phone"], bob: ["bob"] });
    // Nobody looks at it there: it is asked for.
    expect(await there.list("1")).toMatchObject({ bob: ["bob"] });
    there.tell({ do: "leave", user: "ann" });
    there.tell({ do: "leave", user: "bob" });
    await until(() => here.members.size === 1 && here.members.get("ann")?.length === 1);
    here.tell({ do: "leave", user: "ann" });
    await until(() => here.members.size === 0);
    expect(here.left).toEqual(["bob", "ann"]);
    await there.kill();
  });

  withLeases("has no ghost of a node that was killed for longer than its lease", async () => {
    const [there, other] = [await node(), await node()];
    for (const user of ["ann", "bob"]) there.tell({ do: "enter", user, room: "1", name: user });
    other.tell({ do: "enter", user: "cat", room: "1", name: "cat" });
    await until(() => here.members.size === 3);
    const before = here.left.length;
    await there.kill();
    const killedAt = Date.now();
    other.tell({ do: "enter", user: "ann", room: "1", name: "ann" });
    await until(() => here.members.size === 2, 20_000);
    expect(Date.now() - killedAt).toBeLessThan(12_000);
    expect(keys()).toEqual(["ann", "cat"]);
    expect(here.left.slice(before)).toEqual(["bob"]);
    // Each node finds out for itself that another's lease has ended, and looks once a second.
    await vi.waitFor(async () => expect(await other.list("1")).toEqual({ ann: ["ann"], cat: ["cat"] }), 5_000);
    await other.kill();
    await until(() => here.members.size === 0, 20_000);
  });

  withLeases(
    "loses who is on a node that stands still past its lease, and has them again when it goes on",
    async () => {
      const there = await node();
      there.tell({ do: "enter", user: "dan", room: "1", name: "dan" });
      await until(() => here.members.size === 1);
      there.child.kill("SIGSTOP");
      await until(() => here.members.size === 0, 20_000);
      there.child.kill("SIGCONT");
      await until(() => here.members.size === 1, 20_000);
      expect(keys()).toEqual(["dan"]);
      await there.kill();
      await until(() => here.members.size === 0, 20_000);
    },
  );

  it("tells nothing of an engine that was killed and has forgotten everything", async () => {
    const there = await node();
    there.tell({ do: "enter", user: "eve", room: "1", name: "eve" });
    await until(() => here.members.size === 1);
    const before = here.left.length;
    await server.kill();
    await wait(1_000);
    expect(await there.list("1")).toContain("cannot be known now");
    await server.restart();
    there.tell({ do: "enter", user: "fay", room: "1", name: "fay" });
    await until(() => here.members.size === 2, 20_000);
    await wait(4_000);
    expect([keys(), here.left.length]).toEqual([["eve", "fay"], before]);
    expect(Object.keys((await there.list("1")) as object).toSorted()).toEqual(["eve", "fay"]);
    for (const user of ["eve", "fay"]) there.tell({ do: "leave", user });
  });
}
