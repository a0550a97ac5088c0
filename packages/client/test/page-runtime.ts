/** A client in a page, and what it has seen so far, for a test to look at from outside. */
import { type Client, wsClient } from "@ws-kit/client/zod";
import { codecFor } from "./codecs.ts";
import { Add, Echo, Note } from "./messages.ts";

declare global {
  var kit: {
    client: Client;
    states: string[];
    echoed: number[];
    open(url: string): Promise<number>;
    note(n: number): void;
    /** Of two clients that share a socket the first leaves while it opens. @returns their states once the second is through. */
    leaveShared(url: string): Promise<string[]>;
  };
}

globalThis.kit = {
  states: [],
  echoed: [],
  async open(url) {
    const reconnect = { initialDelayMs: 600_000, maxDelayMs: 600_000, jitter: "none" } as const;
    kit.client = wsClient({ url, reconnect, ...codecFor(url) });
    kit.client.onState((state) => kit.states.push(state));
    kit.client.on(Echo, ({ payload }) => kit.echoed.push(payload.n));
    return (await kit.client.request(Add, { a: 1, b: 2 })).payload.sum;
  },
  async leaveShared(url) {
    const [leaves, stays] = [wsClient({ url, share: true }), wsClient({ url, share: true })];
    void leaves.connect();
    const opened = stays.connect();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await leaves.close();
    await opened;
    return [leaves.state, stays.state];
  },
  note(n) {
    kit.client.send(Note, { n });
  },
} as Partial<typeof kit> as typeof kit;
