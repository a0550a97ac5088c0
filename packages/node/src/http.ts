import { IncomingMessage, ServerResponse, STATUS_CODES, type Server } from "node:http";
import type { Socket } from "node:net";
import { Readable, type Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { TLSSocket } from "node:tls";
import { isHost, refuse } from "@ws-kit/core/adapter";

/**
 * The web standard's view of a request.
 * @throws TypeError for a `Host` or target that makes no URL.
 */
export function toRequest(message: IncomingMessage, signal?: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const { method = "GET" } = message;
  // Names nothing but a host: what a URL would take for a part of its own is refused.
  const host = headers.get("host") ?? "";
  if (host !== "" && !isHost(host)) throw new TypeError("Not a Host");
  const bodiless = method === "GET" || method === "HEAD";
  return new Request(`${schemeOf(message)}://${host === "" ? "localhost" : host}${targetOf(message)}`, {
    method,
    headers,
    ...(signal !== undefined && { signal }),
    ...(!bodiless && { body: Readable.toWeb(message) as unknown as NonNullable<RequestInit["body"]>, duplex: "half" }),
  });
}

/** Node's view of a request without a body that never was on its socket, for middleware that takes no other. */
export function toIncomingMessage(req: Request, socket: Socket): IncomingMessage {
  const message = new IncomingMessage(socket);
  message.method = req.method;
  message.url = new URL(req.url).pathname;
  message.httpVersion = "1.1";
  message.headers = Object.fromEntries(req.headers);
  message.headersDistinct = Object.fromEntries([...req.headers].map(([name, value]) => [name, [value]]));
  message.rawHeaders = [...req.headers].flat();
  message.push(null);
  return message;
}

export function schemeOf({ socket }: IncomingMessage): "http" | "https" {
  return (socket as TLSSocket).encrypted ? "https" : "http";
}

/** Path and query, of a target in absolute form (RFC 9112 §3.2.2) too; whatever that says of the host, `Host` does. */
export function targetOf({ url = "/" }: IncomingMessage): string {
  if (url.startsWith("/")) return url;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** The path as every adapter compares it: that of the URL. Undefined for a target that makes none. */
export function pathOf(message: IncomingMessage): string | undefined {
  try {
    // Put together and not resolved: a target like `//elsewhere/` is a path here, and no other host.
    return new URL(`http://localhost${targetOf(message)}`).pathname;
  } catch {
    return undefined;
  }
}

/**
 * Answers a request with a web standard `Response`, its body streamed.
 * @throws what Node says of a head that it does not send, or of a body that something else reads.
 */
export async function writeResponse(response: Response, out: ServerResponse): Promise<void> {
  const headers = [...response.headers].flatMap(([name, value]) => [name, value]);
  const body = response.body === null ? undefined : Readable.fromWeb(response.body as never);
  try {
    out.writeHead(response.status, response.statusText || STATUS_CODES[response.status], headers);
  } catch (error) {
    body?.destroy();
    throw error;
  }
  if (body === undefined) return void out.end();
  // A peer that leaves in the middle ends the pipeline, which is nobody's failure.
  await pipeline(body, out).catch(() => out.destroy());
}

/** Milliseconds that a peer gets to read its refusal. */
const REFUSED_MS = 1_000;

/** Answers an upgrade request that is refused, on the bare socket, and ends it, whether the peer ends its half or not. */
export function refuseUpgrade(response: Response, socket: Duplex): void {
  const destroy = () => void socket.destroy();
  setTimeout(destroy, REFUSED_MS).unref();
  socket.on("end", destroy);
  // What the peer still sends is read, for the system would tell it of a reset before it has seen the answer.
  socket.resume();
  response.arrayBuffer().then((body) => {
    socket.end(Buffer.concat([head(response, body.byteLength), Buffer.from(body)]));
  }, destroy);
}

export function ignore(): void {}

/** Goes on with HTTP/1.1 where Node has left it for an Upgrade that nobody here speaks. */
export function ignoreUpgrade(message: IncomingMessage, socket: Duplex): void {
  const { server } = socket as Socket & { server?: Server };
  // Node no longer listens, and a peer that vanishes is nobody's failure.
  socket.on("error", ignore);
  const hasBody =
    message.headers["transfer-encoding"] !== undefined || Number(message.headers["content-length"] ?? 0) > 0;
  // Node has taken its parser away, and a body cannot be read without.
  if (server === undefined || hasBody) {
    const text = "This server speaks HTTP/1.1 alone: send the request without Upgrade";
    return refuseUpgrade(refuse(400, text), socket);
  }
  const out = new ServerResponse(message);
  out.shouldKeepAlive = false;
  out.assignSocket(socket as Socket);
  out.on("finish", () => (socket as Socket).destroySoon());
  server.emit("request", message, out);
}

function head(response: Response, length: number): Buffer {
  const headers = new Headers(response.headers);
  headers.set("connection", headers.get("connection") ?? "close");
  headers.set("content-length", String(length));
  const status = `HTTP/1.1 ${response.status} ${response.statusText || (STATUS_CODES[response.status] ?? "")}`;
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([status, ...lines, "", ""].join("\r\n"), "latin1");
}
