import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type ChatServer, startChat } from "./server.ts";
import { Wire } from "./wire.ts";

let server: ChatServer;
beforeAll(async () => {
  server = await startChat();
});
afterAll(() => server.kill());

/** A connection that is logged in and in the room. */
async function person(username: string, roomId = "general"): Promise<Wire & { userId: string }> {
  const wire = await Wire.open(server.port);
  const { userId } = await wire.logIn(username);
  await wire.request("JOIN_ROOM", { roomId });
  return Object.assign(wire, { userId });
}

async function countIn(roomId: string): Promise<number> {
  const wire = await Wire.open(server.port);
  const { payload } = await wire.next("ROOM_LIST");
  return payload.rooms.find((room: { id: string }) => room.id === roomId).userCount;
}

describe("logging in", () => {
  test("a new connection is told of the rooms", async () => {
    const wire = await Wire.open(server.port);
    const { payload } = await wire.next("ROOM_LIST");
    expect(payload.rooms).toHaveLength(3);
    expect(payload.rooms[0]).toEqual({
      id: "general",
      name: "General",
      topic: expect.any(String),
      userCount: expect.any(Number),
    });
  });

  test("a name is trimmed, and its token brings the same user back", async () => {
    const first = await Wire.open(server.port);
    const { type, payload } = await first.request("AUTHENTICATE", { username: "  Ada " });
    expect(type).toBe("AUTH_SUCCESS");
    expect(payload).toEqual({ userId: expect.any(String), username: "Ada", token: expect.any(String) });
    await first.close();

    const again = await Wire.open(server.port);
    expect(await again.logIn("Ada", payload.token)).toEqual(payload);
    const other = await Wire.open(server.port);
    expect((await other.logIn("Other")).userId).not.toBe(payload.userId);
  });

  test("two people cannot have one name", async () => {
    const first = await Wire.open(server.port);
    await first.logIn("Grace");
    const second = await Wire.open(server.port);
    const refusal = await second.request("AUTHENTICATE", { username: "grace" });
    expect(refusal).toMatchObject({ type: "ERROR", payload: { code: "ALREADY_EXISTS", retryable: false } });
  });

  test.each([
    ["no name", { username: "  " }],
    ["a name that is too long", { username: "x".repeat(25) }],
    ["nothing", {}],
  ])("%s is refused, naming the field", async (_, payload) => {
    const wire = await Wire.open(server.port);
    const { payload: error } = await wire.request("AUTHENTICATE", payload);
    expect(error.code).toBe("INVALID_ARGUMENT");
    expect(JSON.stringify(error.details)).toContain("username");
  });

  test("logging in twice needs a log-out between", async () => {
    const wire = await person("Twice", "help");
    expect((await wire.request("AUTHENTICATE", { username: "Again" })).payload.code).toBe("FAILED_PRECONDITION");
    wire.send("LOG_OUT");
    expect((await wire.request("SEND_MESSAGE", { roomId: "help", text: "hi" })).payload.code).toBe("UNAUTHENTICATED");
    expect((await wire.logIn("Again")).username).toBe("Again");
  });
});

describe("rooms", () => {
  test("those inside hear who comes and goes, and everybody how many are there", async () => {
    const ada = await person("Ada 1", "random");
    const outside = await Wire.open(server.port);
    await outside.next("ROOM_LIST");
    const bo = await person("Bo 1", "random");
    expect((await ada.next("USER_JOINED")).payload).toEqual({ roomId: "random", userId: bo.userId, username: "Bo 1" });
    expect((await outside.next("ROOM_LIST")).payload.rooms[1].userCount).toBe(2);

    bo.send("LEAVE_ROOM", { roomId: "random" });
    expect((await ada.next("USER_LEFT")).payload).toEqual({ roomId: "random", userId: bo.userId, username: "Bo 1" });
    expect(await bo.leftovers()).not.toContain("USER_LEFT");

    await bo.request("JOIN_ROOM", { roomId: "random" });
    await bo.close();
    expect((await ada.next("USER_LEFT")).payload.userId).toBe(bo.userId);
    expect((await ada.leftovers()).filter((type) => type.startsWith("USER"))).toEqual(["USER_JOINED"]);
  });

  test("a JOIN_ROOM sent again over a new connection joins that connection", async () => {
    const idempotencyKey = "abcdefghijklmnopqrstuv.join";
    for (const name of ["Again", "Again too"]) {
      const wire = await Wire.open(server.port);
      await wire.logIn(name);
      expect((await wire.request("JOIN_ROOM", { roomId: "help" }, { idempotencyKey })).type).toBe("ROOM_JOINED");
      expect((await wire.request("SEND_MESSAGE", { roomId: "help", text: "here" })).type).not.toBe("ERROR");
      await wire.close();
    }
  });

  test("a user with two connections is one person, who has left when both are gone", async () => {
    const watcher = await person("Watcher", "help");
    const before = await countIn("help");
    const first = await Wire.open(server.port);
    const { token } = await first.logIn("Double");
    await first.request("JOIN_ROOM", { roomId: "help" });
    const second = await Wire.open(server.port);
    await second.logIn("Double", token);
    await second.request("JOIN_ROOM", { roomId: "help" });
    expect(await countIn("help")).toBe(before + 1);

    await first.close();
    expect(await countIn("help")).toBe(before + 1);
    await second.close();
    await watcher.next("USER_LEFT");
    expect(await countIn("help")).toBe(before);
    expect((await watcher.leftovers()).filter((type) => type.startsWith("USER"))).toEqual(["USER_JOINED"]);
  });

  test("who logs out has left", async () => {
    const ada = await person("Ada 2");
    const bo = await person("Bo 2");
    bo.send("LOG_OUT");
    expect((await ada.next("USER_LEFT")).payload.username).toBe("Bo 2");
    await ada.request("SEND_MESSAGE", { roomId: "general", text: "Is he gone?" });
    expect(await bo.leftovers()).not.toContain("CHAT_MESSAGE");
  });

  test("what may not be is answered with its error", async () => {
    const wire = await Wire.open(server.port);
    expect((await wire.request("JOIN_ROOM", { roomId: "general" })).payload.code).toBe("UNAUTHENTICATED");
    await wire.logIn("Lost");
    expect((await wire.request("JOIN_ROOM", { roomId: "attic" })).payload.code).toBe("NOT_FOUND");
    expect((await wire.request("JOIN_ROOM", { roomId: "$lobby" })).payload.code).toBe("NOT_FOUND");
    expect((await wire.request("SEND_MESSAGE", { roomId: "general", text: "hi" })).payload.code).toBe(
      "PERMISSION_DENIED",
    );
    wire.send("LEAVE_ROOM", { roomId: "general" });
    expect(await wire.next("ERROR")).toMatchObject({
      meta: { inReplyTo: "LEAVE_ROOM" },
      payload: { code: "PERMISSION_DENIED" },
    });
  });
});

describe("who is here", () => {
  /** What whoever looks is told of the room next. */
  const told = async (wire: Wire) => (await wire.next("$ws:presence")).payload;

  test("users with their devices, idle or not, without being in the room oneself", async () => {
    // Where nobody else is.
    const quiet = await startChat();
    onTestFinished(() => quiet.kill());
    const topic = "people:random";
    const watcher = await Wire.open(quiet.port);
    expect((await watcher.request("$ws:subscribe", { topic })).type).toBe("$ws:subscribed");
    watcher.send("$ws:presence", { topic, watch: true });
    expect(await told(watcher)).toMatchObject({ topic, count: 0, state: {} });

    const first = await Wire.open(quiet.port);
    const { userId, token } = await first.logIn("Ida");
    await first.request("JOIN_ROOM", { roomId: "random" });
    const there = { username: "Ida", idle: false };
    expect(await told(watcher)).toMatchObject({ count: 1, join: { [userId]: [there] } });

    const second = await Wire.open(quiet.port);
    await second.logIn("Ida", token);
    second.send("IDLE", { idle: true });
    await second.request("JOIN_ROOM", { roomId: "random" });
    expect(await told(watcher)).toMatchObject({ count: 1, update: { [userId]: [there, { ...there, idle: true }] } });

    second.send("LOG_OUT");
    expect(await told(watcher)).toMatchObject({ count: 1, update: { [userId]: [there] } });
    first.send("LEAVE_ROOM", { roomId: "random" });
    expect(await told(watcher)).toMatchObject({ count: 0, leave: [userId] });
  });

  test("nobody says it of themselves, or looks where there is no room", async () => {
    const wire = await person("Liar", "random");
    wire.send("$ws:presence", { topic: "people:random", state: { username: "Ada", idle: false } });
    expect((await wire.next("ERROR")).payload.code).toBe("PERMISSION_DENIED");
    expect((await wire.request("$ws:subscribe", { topic: "people:attic" })).payload.code).toBe("PERMISSION_DENIED");
  });
});

describe("messages", () => {
  test("a message goes to the others, and answers its sender", async () => {
    const [ada, bo] = [await person("Ada 3"), await person("Bo 3")];
    const attachment = { type: "image", url: "https://example.com/cat.png", name: "A cat" };
    const answer = await ada.request("SEND_MESSAGE", { roomId: "general", text: " Look ", attachment });
    expect(answer).toMatchObject({
      type: "CHAT_MESSAGE",
      payload: { roomId: "general", userId: ada.userId, username: "Ada 3", text: "Look", attachment },
    });
    expect((await bo.next("CHAT_MESSAGE")).payload).toEqual(answer.payload);
    expect(Math.abs(answer.payload.timestamp - Date.now())).toBeLessThan(60_000);
    expect(await ada.leftovers()).not.toContain("CHAT_MESSAGE");
  });

  test("a message sent right behind the join sees it", async () => {
    const wire = await Wire.open(server.port);
    const answers = await Promise.all([
      wire.request("AUTHENTICATE", { username: "Hasty" }),
      wire.request("JOIN_ROOM", { roomId: "general" }),
      wire.request("SEND_MESSAGE", { roomId: "general", text: "First!" }),
    ]);
    expect(answers.map(({ type }) => type)).toEqual(["AUTH_SUCCESS", "ROOM_JOINED", "CHAT_MESSAGE"]);
  });

  test("who joins later gets the last 50 messages, oldest first", async () => {
    // Nobody may say so much alone.
    const names = Array.from({ length: 6 }, (_, n) => `Ada 4.${n}`);
    const all = await Promise.all(names.map((name) => person(name, "random")));
    for (let n = 1; n <= 55; n++) await all[n % 6]?.request("SEND_MESSAGE", { roomId: "random", text: `Message ${n}` });
    const late = await Wire.open(server.port);
    await late.logIn("Late");
    const { payload } = await late.request("JOIN_ROOM", { roomId: "random" });
    const texts = payload.history.map(({ text }: { text: string }) => text);
    expect(texts).toEqual(Array.from({ length: 50 }, (_, index) => `Message ${index + 6}`));
  });

  test("who says too much at once is told when to go on", async () => {
    const ada = await person("Ada 6");
    const texts = Array.from({ length: 20 }, (_, n) => ({ roomId: "general", text: `Much ${n}` }));
    const answers = await Promise.all(texts.map((each) => ada.request("SEND_MESSAGE", each)));
    const refused = answers.filter(({ type }) => type === "ERROR");
    expect(answers.slice(0, 10).map(({ type }) => type)).toEqual(Array(10).fill("CHAT_MESSAGE"));
    expect(refused[0]?.payload).toMatchObject({ code: "RESOURCE_EXHAUSTED", retryable: true });
    expect(refused[0]?.payload.retryAfterMs).toBeLessThanOrEqual(1_000);
    const other = await person("Bo 6");
    expect((await other.request("SEND_MESSAGE", { roomId: "general", text: "Me too" })).type).toBe("CHAT_MESSAGE");
  });

  test.each([
    ["an empty text", { text: "  " }],
    ["a text that is too long", { text: "x".repeat(2001) }],
    ["a link that is code", { text: "", attachment: { type: "file", url: "javascript:alert(1)", name: "x" } }],
    ["a link of another kind", { text: "", attachment: { type: "virus", url: "https://example.com", name: "x" } }],
  ])("%s is refused", async (_, message) => {
    const wire = await person(`Tester ${_.length}`);
    const { payload } = await wire.request("SEND_MESSAGE", { roomId: "general", ...message });
    expect(payload.code).toBe("INVALID_ARGUMENT");
  });

  test("others see who is typing", async () => {
    const [ada, bo] = [await person("Ada 5"), await person("Bo 5")];
    bo.send("TYPING_START", { roomId: "general" });
    const typing = { roomId: "general", userId: bo.userId, username: "Bo 5", typing: true };
    expect((await ada.next("USER_TYPING")).payload).toEqual(typing);
    bo.send("TYPING_STOP", { roomId: "general" });
    expect((await ada.next("USER_TYPING")).payload).toEqual({ ...typing, typing: false });
    expect(await bo.leftovers()).not.toContain("USER_TYPING");
  });
});
