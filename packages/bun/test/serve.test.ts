import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ask, upgradeOf } from "@ws-kit/conformance";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

type Name = "plain" | "site" | "pair" | "mounted" | "signed" | "bare";
let bun: ChildProcess;
let ports: Record<Name, number>;
let log = "";

beforeAll(async () => {
  bun = spawn("bun", [fileURLToPath(new URL("servers.ts", import.meta.url))], { stdio: ["ignore", "pipe", "pipe"] });
  bun.stderr?.on("data", (chunk: Buffer) => (log += chunk.toString()));
  if (bun.stdout === null) throw new Error("no output");
  const [line] = (await once(createInterface(bun.stdout), "line")) as [string];
  ports = JSON.parse(line) as typeof ports;
});

afterAll(async () => {
  if (bun.exitCode !== null) return;
  bun.kill("SIGTERM");
  await once(bun, "exit");
});

/** A socket whose frames can be awaited one by one. */
class Client {
  readonly ws: WebSocket;
  private readonly frames: unknown[] = [];
  private readonly wanting: ((frame: unknown) => void)[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor(name: Name, path = "", protocols: string[] = []) {
    this.ws = new WebSocket(`ws://localhost:${ports[name]}${path}`, protocols);
    this.ws.addEventListener("message", ({ data }) => {
      const frame: unknown = JSON.parse(data as string);
      const want = this.wanting.shift();
      if (want === undefined) this.frames.push(frame);
      else want(frame);
    });
    this.closed = new Promise((resolve) => {
      this.ws.addEventListener("close", ({ code, reason }) => resolve({ code, reason }));
    });
  }

  async open(): Promise<this> {
    await once(this.ws, "open");
    return this;
  }

  send(type: string, payload?: unknown): void {
    this.ws.send(JSON.stringify({ type, payload }));
  }

  next(): Promise<unknown> {
    const frame = this.frames.shift();
    return frame === undefined ? new Promise((resolve) => this.wanting.push(resolve)) : Promise.resolve(frame);
  }
}

const url = (name: Name, path: string) => `http://localhost:${ports[name]}${path}`;

describe("serve", () => {
  it("takes every upgrade without a path, and gives ws.data as ctx.data", async () => {
    const client = await new Client("plain", "/anything").open();
    client.send("WHOAMI");
    expect(await client.next()).toMatchObject({
      payload: { same: true, data: { clientId: expect.stringMatching(/-/) } },
    });
    client.ws.close();
  });

  it("shares its port with routes, fetch and a path of its own", async () => {
    expect(await (await fetch(url("site", "/hello"))).text()).toBe("hello");
    expect(await (await fetch(url("site", "/about"))).text()).toBe("page /about");
    const client = await new Client("site", "/ws?token=ada").open();
    client.send("WHOAMI");
    expect(await client.next()).toMatchObject({ payload: { data: { user: "ada" } } });
    client.ws.close();
    expect((await new Client("site", "/ws").closed).code).toBe(1006);
    expect((await new Client("site", "/elsewhere?token=ada").closed).code).toBe(1006);
  });

  it("takes a token as a subprotocol, and selects the one without it", async () => {
    const client = await new Client("site", "/ws", ["ws-kit", "ws-kit.token.ada"]).open();
    expect(client.ws.protocol).toBe("ws-kit");
    client.send("WHOAMI");
    expect(await client.next()).toMatchObject({ payload: { data: { user: "ada" } } });
    client.ws.close();
  });
});

describe("createBunHandler", () => {
  it("keeps the topics of two routers on one server apart", async () => {
    const [red, otherRed, blue] = await Promise.all([
      new Client("pair", "/red").open(),
      new Client("pair", "/red").open(),
      new Client("pair", "/blue").open(),
    ]);
    red.send("SAY", { text: "1" });
    for (const client of [red, otherRed]) expect(await client.next()).toMatchObject({ payload: { text: "red: 1" } });
    blue.send("SAY", { text: "2" });
    expect(await blue.next()).toMatchObject({ payload: { text: "blue: 2" } });
    for (const client of [red, otherRed, blue]) client.ws.close();
  });

  it("lets no client name another router's topics", async () => {
    const [red, blue] = [await new Client("pair", "/red").open(), await new Client("pair", "/blue").open()];
    for (const topic of ["0:room", "1:room", ":room", "1room"]) {
      red.send("FOLLOW", { topic });
      expect(await red.next()).toMatchObject({ payload: { text: "followed" } });
    }
    red.send("FOLLOW", { topic: "\u00001:room" });
    expect(await red.next()).toMatchObject({ payload: { text: "refused" } });
    blue.send("SAY", { text: "staff only" });
    expect(await blue.next()).toMatchObject({ payload: { text: "blue: staff only" } });
    red.send("SAY", { text: "after" });
    expect(await red.next()).toMatchObject({ payload: { text: "red: after" } });
    red.ws.close();
    blue.ws.close();
  });

  it("mounts in Hono, beside routes that publish", async () => {
    expect(await (await fetch(url("mounted", "/"))).text()).toBe("Welcome");
    const client = await new Client("mounted", "/ws").open();
    client.send("SAY", { text: "hi" });
    expect(await client.next()).toMatchObject({ payload: { text: "hono: hi" } });
    const response = await fetch(url("mounted", "/say/news"), { method: "POST" });
    expect(await response.json()).toEqual({ ok: true, matched: 1, remote: "none" });
    expect(await client.next()).toMatchObject({ payload: { text: "news" } });
    client.ws.close();
  });

  it("learns of a cookie that Hono's helper has signed, and reads plain ones", async () => {
    const login = await fetch(url("signed", "/login"), { method: "POST" });
    const [cookie = ""] = login.headers.getSetCookie()[0]?.split(";") ?? [];
    expect(cookie).toMatch(/^user=ada\./);
    const host = new URL(url("signed", "/")).host;
    const statusWith = async (cookies: string) =>
      (await ask(host, upgradeOf("/ws", { host, lines: [`Cookie: ${cookies}`] }))).status;
    expect(await statusWith(cookie)).toBe(101);
    expect(await statusWith(cookie.replace("ada", "eve"))).toBe(401);
    expect(await statusWith("other=1; guest=grace%20hopper")).toBe(101);
    expect(await statusWith("other=1")).toBe(401);
  });

  it("closes a socket that it did not upgrade, and says how to do it right", async () => {
    expect(await new Client("bare").closed).toMatchObject({ code: 1008 });
    expect(log).toContain("createBunHandler(router)");
  });
});

it("stop() says goaway, closes with 1012 and lets the process end", async () => {
  const clients = await Promise.all([new Client("plain").open(), new Client("site", "/ws?token=x").open()]);
  const exited = once(bun, "exit");
  bun.kill("SIGTERM");
  for (const client of clients) {
    const goaway = (await client.next()) as { type: string; payload: { reconnectAfterMs: number } };
    expect(goaway.type).toBe("$ws:goaway");
    const { reconnectAfterMs } = goaway.payload;
    expect(reconnectAfterMs).toBeGreaterThanOrEqual(1_000);
    expect(reconnectAfterMs).toBeLessThanOrEqual(2_000);
    expect(await client.closed).toMatchObject({ code: 1012 });
  }
  expect(await exited).toEqual([0, null]);
});
