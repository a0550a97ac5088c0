import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RecordedNode, RecordedPeer } from "@ws-kit/conformance/engines/recorded-node";
import { type EngineServer, startNats } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { EngineNode, Tick, until } from "@ws-kit/conformance/engines/world";
import { natsEngine } from "@ws-kit/nats";
import { afterAll, beforeAll, expect, it } from "vitest";

withServer("nats", "a server of NATS with a low max_payload", (path) => {
  let server: EngineServer;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "ws-kit-nats-"));
    const file = join(folder, "nats.conf");
    writeFileSync(file, "max_payload: 8192\n");
    try {
      server = await startNats(path, ["-js", "-c", file]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  afterAll(() => server?.stop());
  const engine = () => natsEngine({ servers: `127.0.0.1:${server.port}` });

  it("carries all that is published at once, and only what is too large is refused", async () => {
    const nodes = [new EngineNode(engine()), new EngineNode(engine())] as const;
    const reports: string[] = [];
    try {
      await nodes[1].follow("room");
      await Promise.all(nodes.map((node) => node.up()));
      nodes[0].router.onLink(({ state }) => reports.push(state));
      const tick = (n: number, bytes: number) =>
        nodes[0].router.publish("room", Tick, { by: "é".repeat(bytes / 2), n });
      const all = await Promise.all([
        ...Array.from({ length: 40 }, (_, n) => tick(n, 1_000)),
        tick(40, 9_000),
        tick(41, 8_000),
      ]);
      expect(all.map(({ ok }) => ok)).toEqual(all.map((_, n) => n !== 40));
      await until(() => nodes[1].got.length === 41);
      expect(reports).toEqual([]);
    } finally {
      await Promise.all(nodes.map((node) => node.close()));
    }
  });

  it("records what fits, and refuses what does not at once", async () => {
    const nodes = [new RecordedNode(engine()), new RecordedNode(engine())] as const;
    const peer = new RecordedPeer("payload");
    try {
      await Promise.all(nodes.map((node) => node.up()));
      await nodes[1].join(peer);
      const began = performance.now();
      const say = (text: string, ack: boolean) => nodes[0].say("payload", text, { ack });
      const results = await Promise.all([
        say("1", true),
        say("x".repeat(9_000), true),
        say("2", true),
        say("3", false),
      ]);
      expect(performance.now() - began).toBeLessThan(5_000);
      expect(results.map(({ ok }) => ok)).toEqual([true, false, true, true]);
      expect(results[1]).toMatchObject({ error: { code: "INVALID_ARGUMENT" } });
      await until(() => peer.heard.length === 3);
      expect([peer.heard, peer.wrong]).toEqual([["1", "2", "3"], []]);
    } finally {
      await Promise.all(nodes.map((node) => node.close()));
    }
  });

  it("keeps of what was revoked as much as fits, the last ones, for nodes that begin later", async () => {
    const nodes = [new RecordedNode(engine())];
    const peers = Array.from({ length: 200 }, (_, n) => new RecordedPeer(`revoked ${n}`));
    try {
      await nodes[0]?.up();
      for (const peer of peers) await nodes[0]?.join(peer);
      for (const { topic } of peers) nodes[0]?.router.revoke(topic, () => true);
      await nodes[0]?.revoke("nobody");
      const later = new RecordedNode(engine());
      nodes.push(later);
      await later.up();
      const last = peers.at(-1) as RecordedPeer;
      last.lose();
      await later.join(last);
      expect(last.statuses).toEqual(["fresh", "gap grant"]);
    } finally {
      await Promise.all(nodes.map((node) => node.close()));
    }
  }, 60_000);
});
