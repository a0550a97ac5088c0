import { Refusal, type Target } from "@ws-kit/conformance";
import { control, createApp } from "@ws-kit/conformance/app";
import { PONG_FRAME, type Codec, type Packet } from "@ws-kit/core/protocol";
import { createTestServer, RefusedError, VirtualClock, type Frame } from "@ws-kit/testing";

/** The fixture in memory, as the suite wants it. */
export function startInMemory(codec?: Codec): Promise<Target> {
  const app = createApp(codec);
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
      client.onFrame((frame) => events.message(packetOf(frame, codec)));
      void client.closed.then(({ code, reason }) => events.closed(code, reason));
      return {
        protocol: client.protocol ?? "",
        extensions: "",
        send: (data) => client.sendRaw(data),
        sendTogether(frames) {
          for (const frame of frames) client.sendRaw(frame);
        },
        sendFragments: () => {},
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

/** The frame as it came, which the client has decoded. */
function packetOf(frame: Frame, codec: Codec | undefined): Packet {
  const text = JSON.stringify(frame);
  return codec === undefined || text === PONG_FRAME ? text : codec.encode(frame);
}
