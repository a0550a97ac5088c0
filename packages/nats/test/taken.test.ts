import { connect, type Msg } from "@nats-io/transport-node";
import { nodeSide } from "@ws-kit/conformance/engines/node-side";
import { RecordedNode, RecordedPeer } from "@ws-kit/conformance/engines/recorded-node";
import { type EngineServer, startNats } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { until, wait } from "@ws-kit/conformance/engines/world";
import { natsEngine } from "@ws-kit/nats";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

withServer("nats", "streams that are taken away while they are used", (path) => {
  let server: EngineServer;
  beforeEach(async () => {
    server = await startNats(path, ["-js"]);
  });
  afterEach(() => server.stop());
  const engine = () => natsEngine({ servers: `127.0.0.1:${server.port}` });

  /** As `nats stream rm`. */
  const take = async (which: (stream: string) => boolean): Promise<void> => {
    const somebody = await connect({ servers: `127.0.0.1:${server.port}` });
    const { streams } = (await somebody.request("$JS.API.STREAM.NAMES")).json<{ streams: string[] }>();
    for (const stream of streams.filter(which)) await somebody.request(`$JS.API.STREAM.DELETE.${stream}`);
    await somebody.close();
  };

  it.each([
    ["that of a family", (stream: string) => stream.includes("room")],
    ["all of them", () => true],
  ])("are made anew, and who follows is told of a gap with the next message: %s", async (_name, which) => {
    const nodes = [new RecordedNode(engine()), new RecordedNode(engine())] as const;
    const peer = new RecordedPeer("7");
    try {
      await Promise.all(nodes.map((node) => node.up()));
      await nodes[1].join(peer);
      for (const text of ["1", "2", "3"]) await nodes[0].say("7", text, { ack: true });
      await until(() => peer.heard.length === 3);
      await take(which);
      expect(await nodes[0].say("7", "4", { ack: true })).toMatchObject({ ok: true });
      await until(() => peer.statuses.includes("gap epoch"), 5_000);
      expect(await nodes[0].say("7", "5", { ack: true })).toMatchObject({ ok: true });
      await until(() => peer.heard.includes("5"), 5_000);
      expect(peer.wrong).toEqual([]);
      const late = new RecordedPeer("7");
      await nodes[1].join(late);
    } finally {
      await Promise.all(nodes.map((node) => node.close()));
    }
  });

  it("are not what they were taken for where a message comes twice", async () => {
    const node = new RecordedNode(engine());
    const peer = new RecordedPeer("7");
    const somebody = await connect({ servers: `127.0.0.1:${server.port}` });
    const republished: Msg[] = [];
    somebody.subscribe("ws-kit.l.>", { callback: (_error, msg) => void republished.push(msg) });
    try {
      await somebody.flush();
      await node.up();
      await node.join(peer);
      for (const text of ["1", "2"]) await node.say("7", text, { ack: true });
      await until(() => republished.length === 2);
      // As a server does that begins to lead.
      for (const { subject, data, headers } of republished) {
        somebody.publish(subject, data, headers === undefined ? {} : { headers });
      }
      await somebody.flush();
      await node.say("7", "3", { ack: true });
      await until(() => peer.heard.length === 3);
      await wait(500);
      expect([peer.heard, peer.statuses, peer.wrong]).toEqual([["1", "2", "3"], ["fresh"], []]);
    } finally {
      await somebody.close();
      await node.close();
    }
  });

  it("are made anew for what nodes say of themselves", async () => {
    let isUp = false;
    const session = engine().connect(nodeSide({ members: true, link: (state) => void (isUp = state === "up") }));
    try {
      await until(() => isUp);
      await session.members?.renew("one", 10_000, true);
      await take(() => true);
      await expect(session.members?.renew("one", 10_000, false)).rejects.toThrow("no responders");
      await vi.waitFor(async () => {
        expect(await session.members?.renew("one", 10_000, true)).toEqual(new Map([["one", 1_000]]));
      });
    } finally {
      await session.close();
    }
  });
});
