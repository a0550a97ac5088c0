import { Parser } from "@asyncapi/parser";
import { toAsyncApi } from "@ws-kit/cli";
import { contract, rpc, topic, z } from "@ws-kit/zod";
import { describe, expect, it } from "vitest";
import { Chat } from "./fixtures/chat.ts";

const json = (of: typeof Chat) =>
  of.toJSON((schema, io) => z.toJSONSchema(schema as unknown as z.ZodType, { io, target: "draft-7" }));

/** The document as AsyncAPI's own parser reads it, and what it has against it. */
async function parse(of: typeof Chat) {
  const { document, diagnostics } = await new Parser().parse(JSON.stringify(toAsyncApi(json(of))));
  const errors = diagnostics
    .filter(({ severity }: { severity: number }) => severity === 0)
    .map(({ message, path }) => [path.join("."), message]);
  expect(errors).toEqual([]);
  if (document === undefined) throw new Error("It is no document");
  return document;
}

describe("a contract as AsyncAPI 3", () => {
  it("is a valid document with an operation for each way that a message goes", async () => {
    const document = await parse(Chat);
    expect([document.version(), document.info().title(), document.info().version()]).toEqual(["3.0.0", "Chat", "2"]);
    const operations = document.operations().all();
    const ways = operations.map((operation) => `${operation.id()} ${operation.action()}`);
    expect(ways.toSorted()).toEqual([
      "publishHall send",
      "publishRoom send",
      "receiveHallPresenceSaid receive",
      "receiveImport receive",
      "receiveJoin receive",
      "receiveTyped receive",
      "sendHallPresence send",
      "sendSaid send",
      "sendTyped send",
    ]);
  });

  it("has the answers of an rpc, each as it travels", async () => {
    const document = await parse(Chat);
    const operation = document.operations().get("receiveImport");
    const replies = operation?.reply()?.messages().all() ?? [];
    expect(replies.map((message) => message.name())).toEqual(["IMPORTED", "$ws:progress", "ERROR"]);
    const frame = replies[0]?.payload()?.properties() ?? {};
    expect(frame["type"]?.const()).toBe("IMPORTED");
    expect(frame["meta"]?.properties()?.["correlationId"]?.type()).toBe("string");
    expect(frame["payload"]?.properties()?.["rows"]?.type()).toBe("integer");
  });

  it("has the items of streams, each on the way that it goes", async () => {
    const Copy = rpc(
      "COPY",
      {},
      "COPIED",
      {},
      { stream: { fromClient: { a: z.string() }, fromServer: { b: z.int() } } },
    );
    const operation = (await parse(contract({ Copy }) as typeof Chat)).operations().get("receiveCopy");
    const [sent, given] = [operation?.messages().all() ?? [], operation?.reply()?.messages().all() ?? []];
    expect(sent.map((message) => message.name())).toEqual(["COPY", "$ws:chunk"]);
    expect(given.map((message) => message.name())).toEqual(["COPIED", "ERROR", "$ws:chunk"]);
    expect(sent[1]?.payload()?.properties()?.["payload"]?.properties()?.["a"]?.type()).toBe("string");
    expect(given[2]?.payload()?.properties()?.["payload"]?.properties()?.["b"]?.type()).toBe("integer");
  });

  it("has a channel for each topic, with its parameters and what it carries", async () => {
    const room = (await parse(Chat)).channels().get("Room");
    expect(room?.address()).toBe("room:{roomId}");
    expect(
      room
        ?.parameters()
        .all()
        .map((parameter) => parameter.id()),
    ).toEqual(["roomId"]);
    expect(
      room
        ?.messages()
        .all()
        .map((message) => message.name()),
    ).toEqual(["SAID", "TYPED"]);
  });

  it("says who is there, and how", async () => {
    const document = await parse(Chat);
    expect(document.channels().get("Hall")?.description()).toContain("is kept");
    const [said] = document.operations().get("receiveHallPresenceSaid")?.messages().all() ?? [];
    const [told] = document.operations().get("sendHallPresence")?.messages().all() ?? [];
    expect([said?.name(), told?.name()]).toEqual(["$ws:presence", "$ws:presence"]);
    const state = said?.payload()?.properties()?.["payload"]?.properties()?.["state"];
    expect(state?.properties()?.["idle"]?.type()).toBe("boolean");
    expect(state?.properties()?.["on"]?.properties()?.["text"]?.type()).toBe("string");
    const members = told?.payload()?.properties()?.["payload"]?.properties()?.["join"]?.additionalProperties();
    expect(typeof members === "object" && members.items()).toMatchObject({ _json: state?.json() });

    const Hall = topic("hall", [], { presence: { state: z.object({}), fromServer: true } });
    const [asked] =
      (await parse(contract({ Hall }) as typeof Chat)).operations().get("receiveHallPresenceSaid")?.messages().all() ??
      [];
    expect(Object.keys(asked?.payload()?.properties()?.["payload"]?.properties() ?? {})).toEqual(["topic", "watch"]);
  });

  it("leads references of a schema to where that is", async () => {
    const document = await parse(Chat);
    const said = document.components().messages().get("Said");
    const thread = said?.payload()?.properties()?.["payload"]?.properties()?.["thread"];
    const reply = thread?.properties()?.["replies"]?.items();
    expect(Array.isArray(reply) ? undefined : reply?.properties()?.["text"]?.type()).toBe("string");
    const near = document.components().schemas().get("ImportError_NOT_FOUND")?.properties()?.["near"];
    expect(near?.allOf()?.[0]?.properties()?.["text"]?.type()).toBe("string");
  });

  it("is valid with nothing in it", async () => {
    expect((await parse(contract({}))).operations().all()).toEqual([]);
  });
});
