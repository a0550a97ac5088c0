import { describe, expect, it } from "vitest";
import { bench, FakeSocket, gate, memoryLogger } from "../../test/harness.ts";
import { createRouter } from "../router/create-router.ts";
import { createAdmit } from "./admission.ts";
import type { Admission, AnyUpgradeOptions, Peer } from "./upgrade-options.ts";

function rig(options: AnyUpgradeOptions) {
  const { hub, clock } = bench(createRouter({ logger: memoryLogger() }));
  const admit = createAdmit(options);
  const ask = async (address = "203.0.113.7") => {
    const req = new Request("http://app.example/ws", { headers: { upgrade: "websocket", host: "app.example" } });
    return admit(hub, req, () => ({ remoteAddress: address, request: undefined }));
  };
  const open = async (address?: string) => {
    const admission = (await ask(address)) as Admission;
    expect(admission).not.toBeInstanceOf(Response);
    return hub.adopt(new FakeSocket(), admission.data, admission.clientId);
  };
  return { hub, clock, ask, open };
}

const perAddress = { key: (_req: Request, peer: Peer) => peer.remoteAddress, limit: 2 };

describe("maxConnections", () => {
  it("refuses more with 503 until one has closed, which counts once", async () => {
    const { hub, ask, open } = rig({ maxConnections: 2 });
    const [first] = [await open(), await open()];
    const refusal = (await ask()) as Response;
    expect([refusal.status, refusal.headers.get("retry-after")]).toEqual([503, "5"]);
    hub.close(first, 1000, "");
    hub.close(first, 1006, "");
    await open();
    expect(await ask()).toMatchObject({ status: 503 });
  });

  it("counts those that are still being decided on", async () => {
    const held = gate();
    const { ask } = rig({ maxConnections: 1, authenticate: () => held.opened.then(() => null) });
    const first = ask();
    expect(await ask()).toMatchObject({ status: 503 });
    held.open();
    expect(await first).toMatchObject({ status: 401 });
    expect(await ask()).toMatchObject({ status: 401 });
  });

  it.each([
    ["is refused", () => null],
    ["is refused with a response", () => new Response(null, { status: 403 })],
    ["fails", () => JSON.parse("{") as null],
    ["fails later", () => Promise.reject(new Error("database"))],
  ])("gives back the place of one that %s", async (_name, authenticate) => {
    const { ask } = rig({ maxConnections: 1, maxConnectionsPer: { ...perAddress, limit: 1 }, authenticate });
    const first = (await ask()) as Response;
    expect((await ask()) as Response).toMatchObject({ status: first.status });
  });

  it("gives back the place of one that was too late, once, whatever it decides afterwards", async () => {
    const held = gate();
    let slow = true;
    const { ask, clock } = rig({ maxConnections: 1, authenticate: () => (slow ? held.opened.then(() => ({})) : {}) });
    const first = ask();
    await clock.advance(5_000);
    expect(await first).toMatchObject({ status: 408 });
    slow = false;
    expect(await ask()).not.toBeInstanceOf(Response);
    held.open();
    await clock.advance(0);
    expect(await ask()).toMatchObject({ status: 503 });
  });

  it("takes no place for one that was too late, and turns out not to be the connection that it says it was", async () => {
    const router = createRouter<{ user?: string }>({
      logger: memoryLogger(),
      resume: true,
      identify: (data) => data.user,
    });
    const { hub, clock } = bench(router);
    const held = gate();
    const users = [{ user: "ada" }, held.opened.then(() => ({ user: "eve" })), { user: "bob" }];
    const admit = createAdmit({ maxConnections: 2, authenticate: () => users.shift() });
    const ask = async (claim?: string) => {
      const offer = { "sec-websocket-protocol": `ws-kit, ${claim ?? "ws-kit.resume"}` };
      const req = new Request("http://h/ws", { headers: { upgrade: "websocket", host: "h", ...offer } });
      return admit(hub, req, () => ({ remoteAddress: undefined, request: req }));
    };
    const { data, clientId } = (await ask()) as Admission;
    const socket = new FakeSocket();
    hub.opened(hub.adopt(socket, data, clientId));
    const [session] = socket.take() as { payload?: { id: string } }[];
    const late = ask(`ws-kit.resume.${session?.payload?.id}.0`);
    await clock.advance(5_000);
    expect(await late).toMatchObject({ status: 408 });
    held.open();
    await clock.advance(0);
    expect(await ask()).not.toBeInstanceOf(Response);
  });

  it("asks no more about one that was too late", async () => {
    const held = gate();
    let asked = 0;
    const { ask, clock } = rig({
      maxConnectionsPer: { key: () => held.opened.then(() => undefined), limit: 1 },
      authenticate: () => ({ asked: ++asked }),
    });
    const late = ask();
    await clock.advance(5_000);
    expect(await late).toMatchObject({ status: 408 });
    held.open();
    await clock.advance(0);
    expect(asked).toBe(0);
  });

  it("gives back the place of an upgrade that failed in the runtime, once", async () => {
    const { hub, ask } = rig({ maxConnections: 1 });
    const { data } = (await ask()) as Admission;
    hub.slots.release(data);
    hub.slots.release(data);
    expect(await ask()).not.toBeInstanceOf(Response);
    expect(await ask()).toMatchObject({ status: 503 });
  });
});

describe("maxConnectionsPer", () => {
  it("refuses more of one key with 429, before authenticate", async () => {
    let asked = 0;
    const authenticate = () => ({ asked: (asked += 1) });
    const { hub, ask, open } = rig({ maxConnectionsPer: perAddress, authenticate });
    const first = await open("192.0.2.1");
    await open("::ffff:192.0.2.1");
    await open("192.0.2.2");
    const refusal = (await ask("192.0.2.1")) as Response;
    expect([refusal.status, refusal.headers.get("retry-after"), asked]).toEqual([429, "5", 3]);
    hub.close(first, 1000, "");
    await open("192.0.2.1");
    expect(await ask("192.0.2.1")).toMatchObject({ status: 429 });
  });

  it("does not count without a key, and waits for one", async () => {
    const keys = [undefined, undefined, Promise.resolve("a"), "a"];
    const { ask, open } = rig({ maxConnectionsPer: { key: () => keys.shift(), limit: 1 } });
    await open();
    await open();
    await open();
    expect(await ask()).toMatchObject({ status: 429 });
  });

  it.each([() => null, () => ({}), () => true, () => Promise.reject(new Error("database"))])(
    "fails closed by %s",
    async (key) => {
      const { ask } = rig({ maxConnectionsPer: { key: key as () => never, limit: 1 } });
      expect(await ask()).toMatchObject({ status: 500 });
    },
  );

  it.each([-1, Number.NaN, "5"])("cannot be limited to %j", (limit) => {
    expect(() => createAdmit({ maxConnectionsPer: { ...perAddress, limit: limit as number } })).toThrow(RangeError);
    expect(() => createAdmit({ maxConnections: limit as number })).toThrow(RangeError);
  });
});
