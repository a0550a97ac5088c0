import { beforeAll, describe, expect, test } from "vitest";
import type { Bed } from "../bed.ts";
import { ask, upgradeOf, type RawAnswer, type UpgradeText } from "../raw.ts";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

/** What is no opening handshake (RFC 6455 §4.2.1), and what only looks like none: one answer on every runtime. */
export function handshakes(bed: Bed): void {
  describe("handshakes", () => {
    let host: string;
    beforeAll(async () => {
      host = bed.can.network ? String((await bed.room().control("host"))["host"]) : "";
    });
    const up = (text: Partial<UpgradeText>, target = "/main"): Promise<RawAnswer> =>
      ask(host, upgradeOf(target, { host, ...text }));

    test.for(["POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "PROPFIND"])(
      "%s is answered 405, with what is allowed",
      async (method, context) => {
        bed.needs("rawRequests", context);
        const { status, head } = await up({ method });
        expect([status, /^allow: GET$/im.test(head)]).toEqual([405, true]);
      },
    );

    test.for(["8", "12", "14", "13, 8", "13\r\nSec-WebSocket-Version: 13", "013", "13.0", "x"])(
      "version %j is answered 426, with the one that is spoken",
      async (version, context) => {
        bed.needs("network", context);
        const { status, head } = await up({ headers: { "Sec-WebSocket-Version": version } });
        expect([status, /^sec-websocket-version: 13$/im.test(head)]).toEqual([426, true]);
      },
    );

    test.for([null, ""])("so is version %j", async (version, context) => {
      bed.needs("rawRequests", context);
      const { status, head } = await up({ headers: { "Sec-WebSocket-Version": version } });
      expect([status, /^sec-websocket-version: 13$/im.test(head)]).toEqual([426, true]);
    });

    test.for([
      null,
      "",
      "abc",
      "AAAAAAAAAAAAAAAAAAAA",
      KEY.slice(0, -2),
      KEY.replace("h", "-"),
      KEY.replace("h", " "),
      KEY.slice(0, -2) + KEY,
      `${KEY}\r\nSec-WebSocket-Key: ${KEY}`,
    ])("key %j is answered 400", async (key, context) => {
      bed.needs("network", context);
      expect((await up({ headers: { "Sec-WebSocket-Key": key } })).status).toBe(400);
    });

    test.for([null, "", "close", "keep-alive", "upgraded", "keep-alive, upgrade-insecure"])(
      "Connection %j is answered 400",
      async (connection, context) => {
        bed.needs("rawRequests", context);
        expect((await up({ headers: { Connection: connection } })).status).toBe(400);
      },
    );

    test.for([null, "", "h2c", "web socket", "websockets", "websocket/13"])(
      "Upgrade %j asks for no WebSocket, and is answered 426",
      async (upgrade, context) => {
        bed.needs("network", context);
        expect((await up({ headers: { Upgrade: upgrade } })).status).toBe(426);
      },
    );

    test.for([
      ["Content-Length: 3", "abc"],
      ["Transfer-Encoding: chunked", "0\r\n\r\n"],
    ] as const)("a body (%s) is answered 400", async ([line, body], context) => {
      bed.needs("network", context);
      const { status } = await ask(host, upgradeOf("/main", { host, lines: [line] }) + body);
      expect(status).toBe(400);
    });

    test.for<Readonly<Record<string, string>>>([
      { Connection: "keep-alive, Upgrade" },
      { Connection: "UPGRADE" },
      { Connection: "keep-alive\r\nConnection: upgrade" },
      { Upgrade: "WebSocket" },
      { "Sec-WebSocket-Extensions": "unknown; a=1" },
      { "Sec-WebSocket-Protocol": "" },
      { "Sec-WebSocket-Protocol": "a,,chat.v1" },
      { "Sec-WebSocket-Protocol": "chat.v1, chat.v1" },
      { "Sec-WebSocket-Protocol": "b\r\nSec-WebSocket-Protocol: chat.v1" },
    ])("%j is one", async (headers, context) => {
      bed.needs("network", context);
      const { status, head } = await up({ headers });
      const chosen = "Sec-WebSocket-Protocol" in headers && headers["Sec-WebSocket-Protocol"] !== "" ? "chat.v1" : "";
      expect([status, /^sec-websocket-protocol: (.*)$/im.exec(head)?.[1] ?? ""]).toEqual([101, chosen]);
    });

    test("one beside the path goes to fetch, as every other request", async (context) => {
      bed.needs("network", context);
      const { status, body } = await up({}, "/hello");
      expect([status, body.includes("hello by GET")]).toEqual([200, true]);
    });
  });
}
