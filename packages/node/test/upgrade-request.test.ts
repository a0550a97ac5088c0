import { createServer, type IncomingMessage } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toRequest } from "../src/http.ts";
import { NodeUpgradeRequest } from "../src/upgrade-request.ts";

const server = createServer();

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => void server.close());

/** What Node's parser makes of a request. */
async function parsed(lines: readonly string[]): Promise<IncomingMessage> {
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {}).write(`${lines.join("\r\n")}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`);
  const [message] = (await once(server, "upgrade")) as [IncomingMessage];
  socket.destroy();
  return message;
}

type View = { url: string; headers: Record<string, string | null>; has: boolean } | "refused";

const NAMES = ["host", "upgrade", "origin", "cookie", "x-forwarded-for", "sec-websocket-protocol", "x-none", "x-empty"];

function viewOf(make: () => { url: string; headers: Pick<Headers, "get" | "has"> }): View {
  try {
    const { url, headers } = make();
    const found = Object.fromEntries(NAMES.map((name) => [name, headers.get(name)]));
    return { url, headers: found, has: headers.has("x-empty") };
  } catch {
    return "refused";
  }
}

const HOST = "Host: a.example";

test.for([
  [["GET / HTTP/1.1", HOST], true],
  [["GET /a/../b?c=%20d#e HTTP/1.1", HOST], true],
  [["GET //elsewhere/x HTTP/1.1", HOST], true],
  [["GET http://b.example:81/x?y HTTP/1.1", "HOST: A.Example:80"], true],
  [["GET / HTTP/1.1", HOST, "Host: b.example"], false],
  [["GET / HTTP/1.1", HOST, "Origin: http://a.example", "origin: http://b.example"], true],
  [["GET / HTTP/1.1", HOST, "X-Forwarded-For: 10.0.0.1", "x-FORWARDED-for:  10.0.0.2 "], true],
  [["GET / HTTP/1.1", HOST, "Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: b, c"], true],
  [["GET / HTTP/1.1", HOST, "X-Empty:", "Cookie: a=1"], true],
  [["GET / HTTP/1.1", HOST, "Cookie: \u00e9=1"], true],
  [["GET / HTTP/1.1", "Host: a b"], false],
  [["GET / HTTP/1.1", "Host: a@b"], false],
  [["GET / HTTP/1.1", "Host: a:99999"], false],
  [["GET http://[ HTTP/1.1", HOST], false],
  [["GET / HTTP/1.0", "Host:"], true],
  [["POST / HTTP/1.1", HOST], true],
] as const)("reads like a Request made of it: %j", async ([lines, taken]) => {
  const message = await parsed(lines);
  const own = viewOf(() => new NodeUpgradeRequest(message));
  expect(own).toEqual(viewOf(() => toRequest(message)));
  expect(own !== "refused").toBe(taken);
});

test("gives one Request, however often it is asked", async () => {
  const req = new NodeUpgradeRequest(await parsed(["GET /x HTTP/1.1", HOST]));
  expect(req.toRequest()).toBeInstanceOf(Request);
  expect(req.toRequest()).toBe(req.toRequest());
});
