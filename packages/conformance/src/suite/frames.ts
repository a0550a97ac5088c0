import { describe, expect, test } from "vitest";
import type { Bed } from "../bed.ts";
import { errorFrame } from "../peer.ts";

const OUTLINE = "A frame is an object with a type that is not empty and, at will, meta and payload";
const BAD_ENVELOPE = errorFrame("INVALID_ARGUMENT", OUTLINE, {});

/** What is a frame, and what is none. */
export function frames(bed: Bed): void {
  const { dialect } = bed;
  const badEnvelope = (type: string) => errorFrame("INVALID_ARGUMENT", OUTLINE, bed.peeked(type));
  const BAD_JSON = errorFrame("INVALID_ARGUMENT", `The frame is not valid ${dialect.title}`, {});

  describe("frames", () => {
    test.for([
      ["no JSON", "{", BAD_JSON],
      ["nothing at all", "", BAD_JSON],
      ["a list", "[]", BAD_ENVELOPE],
      ["null", "null", BAD_ENVELOPE],
      ["no type", "{}", BAD_ENVELOPE],
      ["an empty type", '{"type":""}', badEnvelope("")],
      ["meta that is a list", '{"type":"ECHO","meta":[]}', badEnvelope("ECHO")],
      [
        "an unknown $ws: type",
        '{"type":"$ws:unknown"}',
        errorFrame("INVALID_ARGUMENT", '"$ws:unknown" is reserved for the protocol', { inReplyTo: "$ws:unknown" }),
      ],
      [
        "an ERROR from a client",
        '{"type":"ERROR"}',
        errorFrame("INVALID_ARGUMENT", "ERROR frames come from the server", { inReplyTo: "ERROR" }),
      ],
    ] as const)("%s is answered, and the connection goes on", async ([, text, answer]) => {
      const peer = await bed.room().join();
      peer.write(text);
      await peer.expect(answer);
      await peer.silent();
    });

    test("unknown keys of a frame are ignored", async () => {
      const peer = await bed.room().join();
      peer.write('{"type":"ECHO","payload":{"text":"x"},"version":7}');
      await peer.expect({ type: "ECHO", payload: { text: "x" } });
    });

    test("a payload of __proto__ harms nobody", async () => {
      const peer = await bed.room().join();
      peer.write('{"type":"ECHO","payload":{"text":"x","__proto__":{"polluted":1}},"__proto__":{"type":"X"}}');
      await peer.expect({ type: "ECHO", payload: { text: "x" } });
    });

    test("a payload for a message without one is ignored", async () => {
      const peer = await bed.room().join();
      peer.send("NOTHING", { what: "ever" });
      await peer.silent();
    });

    test("meta.clientId and meta.receivedAt are the server's, the rest is kept", async () => {
      const peer = await bed.room().join();
      peer.request("META_OF", "1", undefined, { clientId: "forged", receivedAt: 1, timestamp: 2, own: "kept" });
      expect((await peer.next()).payload.meta).toEqual({ correlationId: "1", timestamp: 2, own: "kept" });
    });

    test("receivedAt is when the message arrived", async (context) => {
      bed.needs("network", context);
      const peer = await bed.room().join();
      const before = Date.now();
      peer.request("RECEIVED", "1");
      const { receivedAt, now } = (await peer.next()).payload;
      expect(receivedAt).toBeGreaterThanOrEqual(before - 1);
      expect(receivedAt).toBeLessThanOrEqual(now);
    });

    test("declared meta is validated and travels both ways", async () => {
      const peer = await bed.room().join();
      peer.send("TRACE", { n: 1 }, { traceId: "abc" });
      await peer.expect({ type: "TRACED", meta: { traceId: "re:abc" }, payload: { n: 1 } });
      peer.send("TRACE", { n: 1 }, { traceId: 5 });
      const { payload } = await peer.next();
      expect(payload).toMatchObject({
        code: "INVALID_ARGUMENT",
        message: expect.stringContaining('Invalid meta of "TRACE"'),
      });
      expect(payload.details.issues[0].path).toEqual(["traceId"]);
    });

    test("ping is answered byte for byte, whatever the state of the connection", async () => {
      const peer = await bed.room().join();
      peer.write('{"type":"$ws:ping"}');
      await peer.expect({ type: "$ws:pong" });
      // Not byte for byte, and by the codec: understood as any frame is.
      peer.write('{ "type": "$ws:ping" }');
      await peer.expect({ type: "$ws:pong" });
      peer.write('{"type":"$ws:pong"}');
      await peer.silent();
    });

    test("a frame of the other kind closes 1003", async () => {
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      const text = '{"type":"ECHO","payload":{"text":"x"}}';
      const isText = typeof dialect.write(text) === "string";
      peer.wire.send(isText ? new TextEncoder().encode(text) : text);
      const reason = `${isText ? "Binary" : "Text"} frames are not understood`;
      await peer.expectClosed(1003, reason);
      expect(await watcher.journal("close")).toMatchObject({ code: 1003, reason });
    });

    test("fragments are one frame", async (context) => {
      bed.needs("network", context);
      const peer = await bed.room().join();
      const text = JSON.stringify({ type: "ECHO", payload: { text: "grüße 🌍 ".repeat(50) } });
      const packet = dialect.write(text);
      peer.wire.sendFragments([packet.slice(0, 7), packet.slice(7, 200), packet.slice(0, 0), packet.slice(200)]);
      await peer.expect(JSON.parse(text) as object);
    });

    test.for([
      ["text that is no UTF-8", 1007, [0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]],
      ["a frame without a mask", 1002, [0x81, 0x01, 0x41]],
      ["an opcode that does not exist", 1002, [0x83, 0x81, 0, 0, 0, 0, 0x41]],
    ] as const)("%s breaks RFC 6455 and closes %i, which onClose is told", async ([, code, bytes], context) => {
      bed.needs("strictFrames", context);
      const room = bed.room();
      const watcher = await room.watch();
      const peer = await room.join();
      peer.wire.sendBytes(bytes);
      await peer.expectClosed(code);
      expect(await watcher.journal("close")).toMatchObject({ code });
    });

    test("text is UTF-8 both ways", async () => {
      const peer = await bed.room().join();
      const payload = { text: 'Ω ü 漢 🌍 \u2028 " \\ \n' };
      peer.send("ECHO", payload);
      await peer.expect({ type: "ECHO", payload });
    });
  });
}
