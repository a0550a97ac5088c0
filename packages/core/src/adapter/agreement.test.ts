import { describe, expect, it } from "vitest";
import { bench, FakeSocket, memoryLogger } from "../../test/harness.ts";
import { contract } from "../message/contract.ts";
import { message } from "../message/standard.ts";
import { createRouter } from "../router/create-router.ts";
import { createAdmit } from "./admission.ts";

const parts = { Join: message.fromClient("JOIN"), Said: message.fromServer("SAID"), Typed: message("TYPED") };
/** Of the version, Join, Said and Typed. */
const OURS = "v1__joinsaidtype";

function rig(options: { fingerprint?: string; strict?: boolean } = {}) {
  const logger = memoryLogger();
  const events: string[] = [];
  const Chat = contract(parts, { name: "Chat", version: "1", fingerprint: OURS, ...options });
  const router = createRouter({ contract: Chat, logger })
    .on(parts.Join, () => {})
    .on(parts.Typed, () => {});
  router.onOpen(() => void events.push("open")).onClose(({ code }) => void events.push(`close ${code}`));
  const { hub } = bench(router);
  const admit = createAdmit({});
  const connect = async (protocols?: string) => {
    const headers = { upgrade: "websocket", host: "h", ...(protocols && { "sec-websocket-protocol": protocols }) };
    const admitted = await admit(hub, new Request("http://h", { headers }), () => ({
      remoteAddress: undefined,
      request: undefined,
    }));
    if (admitted instanceof Response) throw new Error(`Refused with ${admitted.status}`);
    const socket = new FakeSocket();
    socket.hub = hub;
    socket.conn = hub.adopt(socket, admitted.data, admitted.clientId);
    hub.opened(socket.conn);
    return { ...admitted, socket };
  };
  return { connect, logger, events, hub };
}

describe("a client's contract", () => {
  it.each([undefined, "ws-kit", `ws-kit, ws-kit.contract.${OURS}`])(
    "is not spoken of where it offers %s",
    async (offered) => {
      const { connect, logger } = rig();
      const { socket, protocol } = await connect(offered);
      expect(protocol).toBe(offered && "ws-kit");
      expect(socket.take()).toEqual([]);
      expect(logger.lines).toEqual([]);
    },
  );

  it.each([
    ["v1__join0000type", ["Said"], "Said"],
    ["v1__joinsaid", ["Typed"], "Typed"],
    ["v2__joinsaidtype", ["its version"], "its version"],
    ["v1__joinleftsaidtype", [], "1 part that the server does not have"],
    ["v1__0000leftgonesaidtype", ["Join"], "Join, 2 parts that the server does not have"],
    ["", ["its version", "Join", "Said", "Typed"], "its version, Join, Said, Typed"],
    // A version is no part, whatever it looks like.
    ["join0000saidtype", ["its version", "Join"], "its version, Join"],
  ])("that is %s differs, and both ends are told in what", async (fingerprint, differing, named) => {
    const { connect, logger, events } = rig();
    const { socket } = await connect(`ws-kit.contract.${fingerprint}, ws-kit`);
    const text = `The client has another contract Chat: not the same are ${named}`;
    expect(socket.take()).toEqual([{ type: "$ws:contract", payload: { message: text, differing, strict: false } }]);
    expect(logger.lines).toEqual([`warn: ${text}`]);
    expect(events).toEqual(["open"]);
    expect(socket.ended).toBeUndefined();
  });

  it("that differs where ours is strict ends the connection, and no handler hears of it", async () => {
    const { connect, logger, events, hub } = rig({ strict: true });
    const { socket } = await connect("ws-kit, ws-kit.contract.v1__joinsaid0000");
    expect(socket.take()).toMatchObject([{ type: "$ws:contract", payload: { differing: ["Typed"], strict: true } }]);
    expect(socket.ended).toEqual({ code: 4400, reason: "The client has another contract" });
    expect(logger.lines).toEqual(["error: The client has another contract Chat: not the same are Typed"]);
    expect(events).toEqual([]);
    expect(hub.connections.size).toBe(0);
    expect((await connect(`ws-kit, ws-kit.contract.${OURS}`)).socket.ended).toBeUndefined();
  });

  it("is not told by a codec's name", async () => {
    await expect(rig().connect("ws-kit.contract.v1__, ws-kit.msgpack")).rejects.toThrow("Refused with 400");
  });
});

it.each([
  [undefined, "contract Chat has no fingerprint"],
  ["", "contract Chat has no fingerprint"],
  ["v1__joinsaid", "The fingerprint of contract Chat is out of date"],
  ["v1__join said", "The fingerprint of contract Chat is out of date"],
])("a contract with the fingerprint %j is refused by a router", (fingerprint, error) => {
  expect(() => createRouter({ contract: contract(parts, { name: "Chat", fingerprint }) })).toThrow(error);
});

it("a router provides its contract", () => {
  const router = createRouter({ contract: contract(parts, { name: "Chat", fingerprint: OURS }) });
  expect(() => bench(router)).toThrow("contract Chat: nothing handles JOIN, TYPED");
});
