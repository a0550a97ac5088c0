import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP proxy that treats its connections badly, but never reorders their bytes. */
export interface ChaosProxy {
  readonly port: number;
  /** How many times each thing was done to a connection. */
  readonly done: Record<string, number>;
  /** From now on everything passes. */
  calm(): void;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** @param random Between 0 and 1, so that a run can be repeated. */
export async function startProxy(target: number, random: () => number): Promise<ChaosProxy> {
  const pairs = new Set<Pair>();
  const done: Record<string, number> = {};
  /** Their other end is gone without a word. */
  const abandoned = new WeakSet<Socket>();
  let wild = true;

  /** Each lets a connection suffer; a time is how long, in milliseconds. */
  const deeds: Record<string, (pair: Pair, ms: number) => void> = {
    cut(pair) {
      end(pair);
    },
    /** Bytes wait, in the kernel's buffers, and go on later. */
    stall({ client, server }, ms) {
      client.pause();
      server.pause();
      setTimeout(() => {
        client.resume();
        server.resume();
      }, ms);
    },
    /** The peer is gone, and nothing tells so. */
    halfOpen(pair) {
      abandoned.add(pair.client);
      pair.server.resetAndDestroy();
    },
    /** One direction only: what the client sends arrives, no answer does. */
    deafen({ client, server }, ms) {
      server.pause();
      setTimeout(() => {
        server.resume();
        if (ms > 700) client.destroy();
      }, ms);
    },
  };

  const listener = createServer((client) => {
    if (wild && random() < 0.1) {
      count("refuse");
      client.resetAndDestroy();
      return;
    }
    const server = connect(target, "127.0.0.1");
    const pair = { client, server };
    pairs.add(pair);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on("error", () => {});
    }
    client.on("close", () => end(pair));
    server.on("close", () => {
      if (!abandoned.has(client)) end(pair);
    });
    const latency = wild ? random() * 30 : 0;
    delayed(client, server, latency);
    delayed(server, client, latency);
  });

  function delayed(from: Socket, to: Socket, ms: number): void {
    from.on("data", (chunk) => {
      if (to.destroyed) return;
      if (ms < 1) to.write(chunk);
      else setTimeout(() => to.destroyed || to.write(chunk), ms);
    });
  }

  function end(pair: Pair): void {
    pairs.delete(pair);
    pair.client.destroy();
    pair.server.destroy();
  }

  function count(deed: string): void {
    done[deed] = (done[deed] ?? 0) + 1;
  }

  const timer = setInterval(() => {
    for (const pair of pairs) {
      const names = Object.keys(deeds);
      const deed = names[Math.floor(random() * names.length)];
      if (!deed || random() > 0.25) continue;
      count(deed);
      deeds[deed]?.(pair, random() * 1_500);
    }
  }, 200);

  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    done,
    calm() {
      wild = false;
      clearInterval(timer);
      // Who was cut off without a word finds out only by the heartbeat; the test need not wait for that twice.
      for (const pair of pairs) end(pair);
    },
    async close() {
      clearInterval(timer);
      for (const pair of pairs) end(pair);
      listener.close();
      await once(listener, "close");
    },
  };
}

/** A small seeded generator of numbers between 0 and 1: a linear congruential one, with the constants of Numerical Recipes. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
