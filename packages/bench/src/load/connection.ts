import type { Socket } from "bun";
import type { Dialect } from "./dialects.ts";
import { clientFrame, FrameReader } from "./frames.ts";

/** One client of the load generator: a bare TCP socket, so that it costs next to nothing beside the server. */
export class LoadConnection {
  private socket: Socket | undefined = undefined;
  private readonly reader = new FrameReader();
  private unsent: Uint8Array | undefined = undefined;
  /** Told how many frames a chunk ended. */
  onFrames: (count: number) => void = () => {};
  onClose: (() => void) | undefined = undefined;

  static async open(port: number, dialect: Dialect): Promise<LoadConnection> {
    const connection = new LoadConnection();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let response = "";
    let upgraded = false;
    connection.socket = await Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        data(_socket, chunk) {
          if (upgraded) return connection.onFrames(connection.reader.read(chunk));
          response += chunk.toString("latin1");
          const end = response.indexOf("\r\n\r\n");
          if (end < 0) return;
          if (!response.startsWith("HTTP/1.1 101")) return reject(new Error(response));
          upgraded = true;
          if (dialect.ready === undefined) resolve();
          else connection.reader.onText = (text) => dialect.ready?.(text) === true && resolve();
          if (dialect.hello !== undefined) connection.write(clientFrame(dialect.hello));
          const rest = Buffer.from(response.slice(end + 4), "latin1");
          if (rest.length > 0) connection.onFrames(connection.reader.read(rest));
        },
        drain() {
          const left = connection.unsent;
          connection.unsent = undefined;
          if (left !== undefined) connection.write(left);
        },
        close() {
          reject(new Error("The server closed the connection"));
          connection.onClose?.();
        },
        error(_socket, error) {
          reject(error);
        },
      },
    });
    connection.socket.write(
      `GET ${dialect.path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    await promise;
    connection.reader.onText = undefined;
    return connection;
  }

  write(bytes: Uint8Array): void {
    if (this.unsent !== undefined) {
      this.unsent = new Uint8Array(Buffer.concat([this.unsent, bytes]));
      return;
    }
    const written = this.socket?.write(bytes) ?? 0;
    if (written < bytes.length) this.unsent = bytes.subarray(Math.max(0, written));
  }

  /** The next frame's text. */
  next(): Promise<string> {
    return new Promise((resolve) => {
      this.reader.onText = (text) => {
        this.reader.onText = undefined;
        resolve(text);
      };
    });
  }

  close(): void {
    this.onClose = undefined;
    this.socket?.terminate();
  }
}

/** Opens many, a few at a time. */
export async function openMany(count: number, port: number, dialect: Dialect): Promise<LoadConnection[]> {
  const open: LoadConnection[] = [];
  while (open.length < count) {
    const group = Math.min(100, count - open.length);
    open.push(...(await Promise.all(Array.from({ length: group }, () => LoadConnection.open(port, dialect)))));
  }
  return open;
}
