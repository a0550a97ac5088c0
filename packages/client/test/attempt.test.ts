import { type Client, ServerError, ValidationError, wsClient } from "@ws-kit/client/zod";
import { spawnTarget, type Target, type Wire } from "@ws-kit/conformance";
import * as m from "@ws-kit/conformance/messages";
import type { Packet } from "@ws-kit/core/protocol";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startWorkerd } from "../../cloudflare/test/workerd.ts";
import { DENO } from "../../deno/test/executable.ts";
import { startInMemory } from "../../testing/test/target.ts";

const packages = join(import.meta.dirname, "../..");
const server = (name: string): string => join(packages, name, "test/server.ts");

/** The fixture that the adapters are held to, on each of them. */
const TARGETS: { readonly [adapter: string]: () => Promise<Target> } = {
  bun: () => spawnTarget("bun", [server("bun")]),
  node: () => spawnTarget(process.execPath, [server("node")]),
  deno: () => spawnTarget(DENO, ["run", "--allow-all", "--quiet", server("deno")]),
  cloudflare: () =>
    startWorkerd(join(packages, "cloudflare/test/workers/conformance.ts"), [
      "Main",
      "Tight",
      "Pulse",
      "Listed",
      "Decided",
      "Leased",
      "Own",
      "Restart",
    ]),
  testing: () => startInMemory(),
};

/** The sockets of a target, as a client takes them. */
function socketsOf(target: Target) {
  return class extends EventTarget {
    readyState = 0;
    private wire: Wire | undefined;

    constructor(url: string, protocols: readonly string[] = []) {
      super();
      const { pathname, search } = new URL(url);
      const events = {
        message: (packet: Packet) =>
          this.dispatchEvent(
            new MessageEvent("message", { data: typeof packet === "string" ? packet : Uint8Array.from(packet).buffer }),
          ),
        closed: (code: number, reason: string) => this.ended(code, reason),
      };
      target.connect(pathname + search, { protocols }, events).then(
        (wire) => {
          this.wire = wire;
          this.readyState = 1;
          this.dispatchEvent(new Event("open"));
        },
        () => this.ended(1006, ""),
      );
    }

    send(packet: Packet): void {
      this.wire?.send(packet);
    }

    close(code?: number, reason?: string): void {
      this.readyState = 2;
      this.wire?.close(code, reason);
    }

    private ended(code: number, reason: string): void {
      this.readyState = 3;
      this.dispatchEvent(Object.assign(new Event("close"), { code, reason }));
    }
  };
}

/** What it makes of a server's answers, those that are not declared included. */
describe.each(Object.keys(TARGETS))("client.attempt, with a server on %s", (adapter) => {
  let target: Target;
  beforeAll(async () => {
    target = await (TARGETS[adapter] as () => Promise<Target>)();
  });
  afterAll(() => target.stop());

  const connect = (): Client => {
    const url = `ws://target/main?test=${crypto.randomUUID()}`;
    const client = wsClient({ url, WebSocket: socketsOf(target), reconnect: { enabled: false } });
    onTestFinished(() => client.close());
    return client;
  };

  test("gives the answer", async () => {
    const got = await connect().attempt(m.Add, { a: 2, b: 3 });
    expect(got).toMatchObject({ ok: true, type: "SUM", payload: { sum: 5 } });
  });

  test("gives a declared error by its code, with its details", async () => {
    const got = await connect().attempt(m.Find, { id: "7" });
    expect(got).toMatchObject({ ok: false, code: "NOT_FOUND", details: { id: "7" } });
    expect(!got.ok && got.error).toBeInstanceOf(ServerError);
  });

  test.for([
    ["a handler that throws", "INTERNAL", (client: Client) => client.attempt(m.ThrowRpc, { how: "sync" })],
    ["middleware that refuses", "UNAUTHENTICATED", (client: Client) => client.attempt(m.Refused)],
    ["an answer that does not fit", "INTERNAL", (client: Client) => client.attempt(m.BadReply)],
  ] as const)("gives what is not declared as failed: %s", async ([, code, ask]) => {
    const got = await ask(connect());
    expect(got).toMatchObject({ ok: false, code: "failed", error: { name: "ServerError", code } });
  });

  test("does not reject for what is never sent, nor for what is taken back", async () => {
    const client = connect();
    const unfit = await client.attempt(m.Add, { a: "2" as never, b: 3 });
    expect(!unfit.ok && unfit.error).toBeInstanceOf(ValidationError);
    const waiting = new AbortController();
    const taken = client.attempt(m.Wait, { gate: crypto.randomUUID() }, { signal: waiting.signal });
    // It has left before this one, which is answered.
    await client.request(m.Add, { a: 1, b: 1 });
    waiting.abort();
    expect(await taken).toMatchObject({ ok: false, code: "failed", error: { name: "StateError" } });
  });
});
