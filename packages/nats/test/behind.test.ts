import { withServer } from "@ws-kit/conformance/engines/suites";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { NatsLog } from "../src/log.ts";
import { Streams } from "../src/streams.ts";
import { NatsCluster } from "./nats-cluster.ts";

const KEEPING = { pattern: "room:{id}", size: 20_000, maxBytes: 1e8, ttlMs: 600_000 };
const ALL = { messages: 20_000, bytes: 1e8 };
/** A cluster takes a while to make a stream. */
const MADE = { timeout: 20_000, interval: 100 };
/** As long as a server that was started again is given what it missed, and somewhat longer. */
const READING_MS = 5_000;

withServer("nats", "a server of a cluster that lacks what it has missed", (path) => {
  let cluster: NatsCluster;
  let connection: NatsConnection;
  let prefix: string;
  let streams: Streams;
  beforeAll(async () => {
    cluster = await NatsCluster.start(path);
  }, 60_000);
  afterAll(async () => {
    await connection?.close();
    await cluster?.stop();
  });
  beforeEach(async () => {
    await connection?.close();
    connection = await connect({ servers: cluster.addresses });
    prefix = crypto.randomUUID();
    streams = new Streams(connection, prefix, { replicas: 3 });
  });

  /** Does something while a server is away that does not lead this stream, and with which nobody here is connected. */
  async function without(stream: string, doing: () => Promise<void>): Promise<void> {
    const leader = await cluster.leaderOf(stream);
    const mine = connection.getServer();
    const away = cluster.servers.find((server) => server !== leader && !mine.endsWith(`:${server.port}`));
    await away?.kill();
    await doing();
    await away?.restart();
  }

  /** Reads for a while, and looks at all that comes: nothing may, while a stream has nobody who leads it. */
  async function read<T>(reading: () => Promise<T>, look: (found: T) => void): Promise<void> {
    let looked = 0;
    for (const end = Date.now() + READING_MS; Date.now() < end || looked === 0;) {
      const found = await reading().catch(() => undefined);
      if (found === undefined) continue;
      looked++;
      look(found);
    }
  }

  it("keeps nothing of a topic from whoever reads it", { timeout: 90_000 }, async () => {
    const log = new NatsLog(() => ({ connection, streams }), false, "changes");
    const packet = "x".repeat(500);
    const add = async (count: number): Promise<number> => {
      const batch = Array.from({ length: count }, () => ({ packet, from: undefined, id: undefined }));
      const added = (await log.append("room:7", batch, KEEPING)).at(-1);
      if (added === undefined || added instanceof Error) throw new Error("not added", { cause: added });
      return added.position.offset;
    };
    await vi.waitFor(() => add(1), MADE);
    await without((await streams.of(KEEPING)).name, async () => {
      for (let i = 0; i < 150; i++) await vi.waitFor(() => add(100), MADE);
    });
    await read(
      async () => {
        const last = await add(1);
        return { last, reading: await log.read("room:7", last - 1, KEEPING, ALL) };
      },
      ({ last, reading: { entries, top } }) =>
        expect([entries.map(({ offset }) => offset), top]).toEqual([[last], last]),
    );
  });
});
