import { type Client, wsClient } from "@ws-kit/client/zod";
import { serve } from "@ws-kit/node";
import type { Router } from "@ws-kit/zod";
import { onTestFinished } from "vitest";

/** A pattern's router on a port of its own, until the test is over. */
export async function served<Data>(router: Router<Data>) {
  const server = serve(router as unknown as Router, { port: 0, hostname: "127.0.0.1" });
  await server.ready;
  onTestFinished(() => server.stop());
  const url = (query: Record<string, string> = {}): string =>
    `ws://127.0.0.1:${server.port}/?${new URLSearchParams(query).toString()}`;
  return {
    url,
    /** Somebody with an open connection. */
    connect: async (query: Record<string, string> = {}): Promise<Client> => {
      const client = wsClient({ url: url(query) });
      onTestFinished(() => client.close());
      await client.connect();
      return client;
    },
  };
}
