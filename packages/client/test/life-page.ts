/** A client with its defaults in a page that is left and comes back, and what it has seen so far. */
import { type Client, wsClient } from "@ws-kit/client/zod";
import { PONG_FRAME } from "@ws-kit/core/protocol";
import { Echo, Note } from "./messages.ts";

declare global {
  var life: {
    client: Client;
    states: string[];
    errors: string[];
    echoed: number[];
    /** When each came, and when the page was last hidden or shown, by `performance.now()`. */
    pongs: number[];
    hiddenAt: number;
    start(url: string): void;
    send(n: number): void;
  };
}

globalThis.life = {
  states: [],
  errors: [],
  echoed: [],
  pongs: [],
  hiddenAt: 0,
  start(url) {
    life.client = wsClient({ url });
    life.client.onState((state) => life.states.push(state));
    life.client.onError((error, { type }) => life.errors.push(`${type}: ${error.message}`));
    life.client.on(Echo, ({ payload }) => life.echoed.push(payload.n));
    life.client.observe(({ kind, at, detail }) => {
      if (kind === "received" && detail === PONG_FRAME) life.pongs.push(at);
    });
    void life.client.connect();
  },
  send: (n) => void life.client.send(Note, { n }),
} as Partial<typeof life> as typeof life;
