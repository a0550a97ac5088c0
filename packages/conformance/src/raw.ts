import { connect } from "node:net";

/** An answer to a request that was written byte for byte. */
export interface RawAnswer {
  /** 0 where none came. */
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Writes a request as it is, and reads what comes until the server ends it, a frame could begin, or the time is over. */
export function ask(host: string, request: string, ms = 1_000): Promise<RawAnswer> {
  const { hostname, port } = new URL(`http://${host}`);
  return new Promise((resolve) => {
    let text = "";
    const socket = connect({ host: hostname, port: Number(port) });
    const done = () => {
      socket.destroy();
      const [head = "", ...body] = text.split("\r\n\r\n");
      resolve({ status: Number(/^HTTP\/1\.\d (\d+)/.exec(head)?.[1] ?? 0), head, body: body.join("\r\n\r\n") });
    };
    const timer = setTimeout(done, ms);
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      const [head = "", body] = text.split("\r\n\r\n");
      const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
      if (body !== undefined && body.length >= length) socket.end();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      done();
    });
    socket.write(request);
  });
}

/** The text of an upgrade request. A header that is null is left out. */
export function upgradeOf(
  target: string,
  { host, method = "GET", version = "1.1", upgrade = "websocket", headers = {}, lines = [] }: UpgradeText,
): string {
  const whole = {
    Host: host,
    Connection: "Upgrade",
    Upgrade: upgrade,
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  };
  return [
    `${method} ${target} HTTP/${version}`,
    ...Object.entries(whole).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`])),
    ...lines,
    "",
    "",
  ].join("\r\n");
}

export interface UpgradeText {
  readonly host: string | null;
  readonly method?: string;
  readonly version?: string;
  readonly upgrade?: string;
  /** In place of those that a client sends. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly lines?: readonly string[];
}
