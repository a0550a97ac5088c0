import { Refusal, type Target } from "@ws-kit/conformance";
import { control, createApp } from "@ws-kit/conformance/app";
import { createTestServer, RefusedError, VirtualClock } from "@ws-kit/testing";

/** The fixture in memory, as the suite wants it. */
export function startInMemory(): Promise<Target> {
  const app = createApp();
  const clock = new VirtualClock();
  const servers = new Map(
    Object.values(app).map(({ path, router, options }) => [
      path as string,
      createTestServer(router, { clock, ...options }),
    ]),
  );

  return Promise.resolve({
    async connect(path, { headers = {}, protocols = [], deaf = false, signal }, events) {
      const server = servers.get(new URL(path, "http://localhost").pathname);
      if (server === undefined) throw new Refusal(404, "Not found", { "content-type": "text/plain;charset=utf-8" });
      const client = await server
        .connect({ path, headers, protocols, ...(signal && { signal }) })
        .catch(async (error: unknown) => {
          if (!(error instanceof RefusedError)) throw error;
          throw new Refusal(error.status, await error.response.text(), Object.fromEntries(error.response.headers));
        });
      client.socket.responsive = !deaf;
      client.onFrame((frame) => events.message(JSON.stringify(frame)));
      void client.closed.then(({ code, reason }) => events.closed(code, reason));
      return {
        protocol: client.protocol ?? "",
        extensions: "",
        send: (data) => client.sendRaw(data),
        sendTogether(frames) {
          for (const frame of frames) client.sendRaw(frame);
        },
        sendFragments: (parts) => client.sendRaw(parts.join("")),
        sendBytes: () => {},
        close: (code, reason) => client.close(code, reason),
        vanish: () => client.vanish(),
        pause: () => (client.socket.reading = false),
        resume: () => (client.socket.reading = true),
      };
    },
    async http(path, init) {
      const url = new URL(path, "http://localhost");
      const req = new Request(url, init);
      if (servers.has(url.pathname)) return new Response("This is a WebSocket endpoint", { status: 426 });
      const { router } = app[(url.searchParams.get("endpoint") ?? "main") as keyof typeof app];
      return (await control(req, router)) ?? new Response("Not found", { status: 404 });
    },
    elapse: (ms) => clock.advance(ms),
    logs: () => [...servers.values()].flatMap(({ logs }) => logs.map(({ message }) => message)).join("\n"),
    alive: () => true,
    stop: () => Promise.resolve(),
  });
}
