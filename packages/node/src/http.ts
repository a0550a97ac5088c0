import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable, type Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { TLSSocket } from "node:tls";
import { STATUS_CODES } from "node:http";

/**
 * The web standard's view of a request.
 * @throws TypeError for a `Host` or target that makes no URL.
 */
export function toRequest(message: IncomingMessage, signal?: AbortSignal): Request {
  const scheme = (message.socket as TLSSocket).encrypted ? "https" : "http";
  const headers = new Headers();
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  // Put together and not resolved: a target like `//elsewhere/` is a path here, and no other host.
  const { url = "/", method = "GET" } = message;
  const target = url.startsWith("/") ? url : new URL(url).pathname;
  const bodiless = method === "GET" || method === "HEAD";
  return new Request(`${scheme}://${message.headers.host ?? "localhost"}${target}`, {
    method,
    headers,
    ...(signal !== undefined && { signal }),
    ...(!bodiless && { body: Readable.toWeb(message) as unknown as NonNullable<RequestInit["body"]>, duplex: "half" }),
  });
}

/** Answers a request with a web standard `Response`, its body streamed. */
export async function writeResponse(response: Response, out: ServerResponse): Promise<void> {
  const headers = [...response.headers].flatMap(([name, value]) => [name, value]);
  out.writeHead(response.status, response.statusText || STATUS_CODES[response.status], headers);
  if (response.body === null) return void out.end();
  // A peer that leaves in the middle ends the pipeline, which is nobody's failure.
  await pipeline(Readable.fromWeb(response.body as never), out).catch(() => out.destroy());
}

/** Answers an upgrade request that is refused, on the bare socket, and ends it. */
export function refuseUpgrade(response: Response, socket: Duplex): void {
  response.arrayBuffer().then(
    (body) => socket.end(Buffer.concat([head(response, body.byteLength), Buffer.from(body)])),
    () => socket.destroy(),
  );
}

function head(response: Response, length: number): Buffer {
  const headers = new Headers(response.headers);
  headers.set("connection", headers.get("connection") ?? "close");
  headers.set("content-length", String(length));
  const status = `HTTP/1.1 ${response.status} ${response.statusText || (STATUS_CODES[response.status] ?? "")}`;
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([status, ...lines, "", ""].join("\r\n"), "latin1");
}
