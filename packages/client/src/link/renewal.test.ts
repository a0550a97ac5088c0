import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeNetwork, type FakeSocket } from "../../test/fake-network.ts";
import { createRig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";

const world = useWorld();
const reconnect = { jitter: "none", initialDelayMs: 100 } as const;

beforeEach(() => void vi.spyOn(Math, "random").mockReturnValue(0));
afterEach(() => void vi.restoreAllMocks());

const say = (socket: FakeSocket, expiresInMs: number) => socket.deliver({ type: "$ws:auth", payload: { expiresInMs } });

/** Tokens that tell how often they were asked for, and how. */
function tokens() {
  const asked: boolean[] = [];
  const getToken = ({ refresh }: { refresh: boolean }) => `t${asked.push(refresh)}`;
  return { asked, auth: { getToken } };
}

/** The tokens that have been brought over an open connection. */
function brought(network: FakeNetwork): unknown[] {
  for (const socket of network.sockets) socket.read();
  const frames = network.received.splice(0).filter(({ type }) => type === "$ws:auth");
  return frames.map(({ payload }) => payload);
}

test("a new token is brought before the time is over, and again before the next one is", async () => {
  const { asked, auth } = tokens();
  const rig = createRig({ auth });
  const socket = await rig.open();
  say(socket, 100_000);
  await world.time.advance(89_999);
  expect(brought(rig.network)).toEqual([]);
  await world.time.advance(1);
  expect(brought(rig.network)).toEqual([{ token: "t2" }]);
  expect(asked).toEqual([false, true]);
  await world.time.advance(200_000);
  expect(asked).toHaveLength(2);
  say(socket, 40_000);
  await world.time.advance(36_000);
  expect(brought(rig.network)).toEqual([{ token: "t3" }]);
  expect([rig.errors, rig.client.state, rig.network.sockets.length]).toEqual([[], "open", 1]);
});

test("not everybody's at the same moment, and everybody's in time", async () => {
  vi.mocked(Math.random).mockReturnValue(1 - Number.EPSILON);
  const { auth } = tokens();
  const rig = createRig({ auth });
  say(await rig.open(), 100_000);
  await world.time.advance(69_999);
  expect(brought(rig.network)).toEqual([]);
  await world.time.advance(2);
  expect(brought(rig.network)).toHaveLength(1);
});

test("the server's last word is followed soon, and no server is asked more than once a second", async () => {
  const { auth } = tokens();
  const rig = createRig({ auth });
  const socket = await rig.open();
  for (const expiresInMs of [0, 1, 500]) {
    say(socket, expiresInMs);
    await world.time.advance(1_349);
    expect(brought(rig.network)).toEqual([]);
    await world.time.advance(1);
    expect(brought(rig.network)).toHaveLength(1);
  }
});

test.each([2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER])("%i ms are not over at once", async (ms) => {
  const { asked, auth } = tokens();
  const rig = createRig({ auth });
  const socket = await rig.open();
  say(socket, ms);
  await world.time.advance(3_600_000);
  expect(asked).toHaveLength(1);
  // Whatever became of the timer, the server has the last word.
  say(socket, 0);
  await world.time.advance(2_000);
  expect(brought(rig.network)).toHaveLength(1);
});

test("a page whose timers were held up renews as soon as they run, once", async () => {
  const { asked, auth } = tokens();
  const rig = createRig({ auth });
  const socket = await rig.open();
  say(socket, 100_000);
  world.time.freeze(200_000);
  await settled();
  expect(asked).toHaveLength(1);
  // The server's last word came meanwhile, or the page is shown again: timers run.
  await world.time.advance(1);
  expect(brought(rig.network)).toEqual([{ token: "t2" }]);
  await world.time.advance(100_000);
  expect(asked).toHaveLength(2);
});

test("a clock that is set does not move it", async () => {
  const { asked, auth } = tokens();
  const rig = createRig({ auth });
  say(await rig.open(), 100_000);
  world.time.setClock(3_600_000);
  await world.time.advance(89_999);
  expect(asked).toHaveLength(1);
  world.time.setClock(-3_600_000);
  await world.time.advance(1);
  expect(asked).toHaveLength(2);
});

test("without getToken, or without a token, nothing is sent", async () => {
  const plain = createRig();
  say(await plain.open(), 0);
  const out = createRig({ auth: { getToken: ({ refresh }) => (refresh ? null : "t") } });
  say(await out.open(), 0);
  await world.time.advance(100_000);
  expect([brought(plain.network), brought(out.network), plain.errors, out.errors]).toEqual([[], [], [], []]);
});

test("a failure is reported, and the server's last word leads to another try", async () => {
  let fails = true;
  const getToken = ({ refresh }: { refresh: boolean }) => {
    if (refresh && fails) throw new Error("no network");
    return "t";
  };
  const rig = createRig({ auth: { getToken } });
  const socket = await rig.open();
  say(socket, 10_000);
  await world.time.advance(10_000);
  expect(rig.errors).toMatchObject([{ type: "auth", error: { message: "no network" } }]);
  fails = false;
  say(socket, 0);
  await world.time.advance(2_000);
  expect(brought(rig.network)).toEqual([{ token: "t" }]);
});

test("nothing of it is left when the connection ends, by whichever side", async () => {
  const { asked, auth } = tokens();
  const rig = createRig({ auth, reconnect: { enabled: false } });
  say(await rig.open(), 10_000);
  void rig.client.close();
  rig.network.socket.read();
  await world.time.advance(100_000);
  const other = createRig({ auth, reconnect: { enabled: false } });
  const socket = await other.open();
  say(socket, 10_000);
  socket.end(1006);
  await world.time.advance(100_000);
  expect([asked, world.time.pending()]).toEqual([[false, false], 0]);
});

describe("getToken never overlaps itself", () => {
  test("a dial gets the token that a renewal has asked for, which is not sent on the new connection as well", async () => {
    let running = 0;
    const answer: ((token: string) => void)[] = [];
    const getToken = async () => {
      expect(++running).toBe(1);
      const token = await new Promise<string>((resolve) => answer.push(resolve));
      running--;
      return token;
    };
    const rig = createRig({ auth: { getToken }, reconnect });
    void rig.client.connect();
    await settled();
    answer[0]?.("first");
    await settled();
    const socket = rig.network.socket;
    socket.accept();
    say(socket, 0);
    await world.time.advance(2_000);
    socket.end(1006);
    await world.time.advance(200);
    expect(rig.client.state).toBe("connecting");
    answer[1]?.("second");
    await settled();
    expect(rig.network.socket.url).toContain("token=second");
    rig.network.socket.accept();
    await world.time.advance(10_000);
    expect([answer.length, brought(rig.network)]).toEqual([2, []]);
  });

  test("one that takes longer than a dial may is what the next dial gets", async () => {
    let calls = 0;
    let answer!: (token: string) => void;
    const getToken = () => (calls++, new Promise<string>((resolve) => (answer = resolve)));
    const rig = createRig({ auth: { getToken }, reconnect, connectTimeoutMs: 1_000 });
    void rig.client.connect();
    await world.time.advance(1_500);
    expect([calls, rig.network.sockets.length]).toEqual([1, 0]);
    answer("late");
    await settled();
    expect([calls, rig.network.socket.url]).toEqual([1, "ws://test/?token=late"]);
  });
});

describe("of those who share a socket", () => {
  const shared = async (...options: object[]) => {
    const network = new FakeNetwork();
    const rigs = options.map((more) => createRig({ share: "ada", url: "ws://leased/", ...more }, network));
    for (const { client } of rigs) void client.connect();
    await settled();
    await settled();
    network.socket.accept();
    await settled();
    expect(network.sockets).toHaveLength(1);
    return { network, rigs, socket: network.socket };
  };

  test("one renews; when it leaves, the next", async () => {
    const [one, two] = [tokens(), tokens()];
    const { network, rigs, socket } = await shared({ auth: one.auth }, { auth: two.auth });
    say(socket, 10_000);
    await world.time.advance(20_000);
    expect([one.asked.length + two.asked.length, brought(network).length]).toEqual([3, 1]);
    say(socket, 10_000);
    void rigs[0]?.client.close();
    await world.time.advance(20_000);
    expect([one.asked.length, two.asked.length, brought(network)]).toEqual([2, 2, [{ token: "t2" }]]);
    void rigs[1]?.client.close();
    socket.read();
  });

  test("one that came late follows the server's last word", async () => {
    const [one, late] = [tokens(), tokens()];
    const { network, rigs, socket } = await shared({ auth: one.auth });
    say(socket, 10_000);
    const second = createRig({ share: "ada", url: "ws://leased/", auth: late.auth }, network);
    await second.client.connect();
    await world.time.advance(10_000);
    expect([one.asked.length, late.asked.length, brought(network)]).toEqual([2, 1, [{ token: "t2" }]]);
    void rigs[0]?.client.close();
    say(socket, 0);
    await world.time.advance(2_000);
    expect([late.asked.length, brought(network)]).toEqual([2, [{ token: "t2" }]]);
    void second.client.close();
    socket.read();
  });
});
