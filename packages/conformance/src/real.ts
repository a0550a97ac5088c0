import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { WebSocket, type ClientOptions } from "ws";
import { deferred } from "./gates.ts";
import { patiently } from "./peer.ts";
import { Refusal, type ConnectOptions, type Target, type Wire, type WireEvents } from "./target.ts";

/** A runtime takes a second to start, and many where the machine is busy. */
const START_MS = 40_000;

/**
 * Starts a server in a process of its own. It serves the fixture on 127.0.0.1 and prints `LISTENING <port>`.
 * @param command The runtime's executable, then its arguments.
 */
export async function spawnTarget(command: string, args: readonly string[]): Promise<Target> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let running = true;
  const exited = once(child, "exit").then(() => {
    running = false;
  });
  const { promise: listening, resolve, reject } = deferred<number>();
  const read = (chunk: Buffer) => {
    output += chunk.toString();
    const port = /^LISTENING (\d+)$/m.exec(output)?.[1];
    if (port !== undefined) resolve(Number(port));
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  child.on("error", reject);
  void exited.then(() => reject(new Error(`The server ended:\n${output}`)));
  const port = await patiently("the server to listen", listening, START_MS).catch((error: unknown) => {
    child.kill("SIGKILL");
    throw error;
  });
  return {
    ...socketsOf(`127.0.0.1:${port}`),
    logs: () => output,
    alive: () => running,
    async stop() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** The client's side of a server that listens on `host`. */
export function socketsOf(host: string): Pick<Target, "connect" | "http" | "elapse"> {
  return {
    connect: (path, options, events) => connect(`ws://${host}${path}`, options, events),
    http: (path, init) => fetch(`http://${host}${path}`, init),
    // Real time passes by itself.
    elapse: () => Promise.resolve(),
  };
}

function connect(url: string, options: ConnectOptions, events: WireEvents): Promise<Wire> {
  const { headers = {}, protocols = [], deflate = false, deaf = false, signal } = options;
  const socket = new WebSocket(url, [...protocols], {
    headers,
    perMessageDeflate: deflate,
    autoPong: !deaf,
    // workerd leaves TCP open after it has closed a connection on which the peer never sent anything.
    closeTimeout: 500,
  } as ClientOptions);
  signal?.addEventListener("abort", () => socket.terminate());
  // Whatever kind of buffer it arrived in.
  socket.on("message", (data: Buffer, isBinary) => events.message(isBinary ? Uint8Array.from(data) : data.toString()));
  socket.on("close", (code, reason) => events.closed(code, reason.toString()));
  return patiently(
    `an answer to the upgrade of ${url}`,
    new Promise((resolve, reject) => {
      socket.on("open", () => resolve(wire(socket)));
      socket.on("error", reject);
      socket.on("unexpected-response", (_request, response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () => {
          reject(new Refusal(response.statusCode ?? 0, body, response.headers as Record<string, string>));
        });
      });
    }),
  );
}

function wire(socket: WebSocket): Wire {
  const tcp = (socket as unknown as { _socket: Socket })._socket;
  return {
    protocol: socket.protocol,
    extensions: socket.extensions,
    send: (data) => socket.send(data),
    sendTogether(packets) {
      tcp.cork();
      for (const packet of packets) socket.send(packet);
      tcp.uncork();
    },
    sendFragments(parts) {
      for (const [index, part] of parts.entries()) socket.send(part, { fin: index === parts.length - 1 });
    },
    sendBytes: (bytes) => void tcp.write(Uint8Array.from(bytes)),
    close: (code, reason) => socket.close(code, reason),
    vanish: () => socket.terminate(),
    pause: () => void tcp.pause(),
    resume: () => void tcp.resume(),
  };
}
