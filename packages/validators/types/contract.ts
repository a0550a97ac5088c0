import {
  contract,
  createRouter,
  message,
  prefixed,
  rpc,
  topic,
  z,
  type Compatible,
  type Contract,
  type Message,
  type Router,
} from "@ws-kit/zod";
import { wsClient } from "@ws-kit/client/zod";
import { same } from "./equal.ts";

const Join = message.fromClient("JOIN", { roomId: z.string() });
const Said = message.fromServer("SAID", { text: z.string() });
const Moved = message.fromServer("MOVED", { x: z.number() });
const Import = rpc(
  "IMPORT",
  { file: z.string() },
  "IMPORTED",
  { rows: z.number() },
  {
    errors: { NOT_FOUND: { file: z.string() } },
  },
);
const Room = topic("room:{roomId}", [Said]);
const Kept = topic("kept:{id}", [Said], { history: {} });
// @ts-expect-error -- clients alone send it
topic("up:{id}", [Join]);
// @ts-expect-error -- an rpc is no message
topic("up:{id}", [Said, Import]);
// @ts-expect-error -- neither may it be live
topic("up:{id}", [Said], { history: {}, ephemeral: [Join] });
export const Chat = contract({ Join, Said, Import, Room }, { name: "Chat", version: "2" });

const router = createRouter<{ userId: string }>({
  topics: [Room],
  authorizeTopic: (name, { data }) => Room.match(name)?.roomId === data.userId,
});
router.provides(Chat);
router.handle(Chat, {
  Join: async (ctx) => {
    same<typeof ctx.payload, { roomId: string }>();
    const nothing = await ctx.topics.subscribe(Room({ roomId: ctx.payload.roomId }));
    same<typeof nothing, void>();
    const { status } = await ctx.topics.subscribe(Kept({ id: "1" }));
    same<typeof status, "fresh" | "recovered" | "gap">();
    void ctx.publish(Room({ roomId: "1" }), Said, { text: "a" });
    void ctx.publish("room:1", Moved, { x: 1 });
    // @ts-expect-error -- not what the room carries
    void ctx.publish(Room({ roomId: "1" }), Moved, { x: 1 });
  },
  Import: () => ({ rows: 1 }),
});
// @ts-expect-error -- another parameter
Room({ room: "1" });
// @ts-expect-error -- nothing handles Import
router.handle(Chat, { Join: () => {} });
// @ts-expect-error -- no answer
router.handle(Chat, { Join: () => {}, Import: () => {} });
// @ts-expect-error -- not what the room carries
void router.publish(Room({ roomId: "1" }), Moved, { x: 1 });
void router.publish(Room({ roomId: "1" }), Said, { text: "a" });

// ctx.data is what authenticate returns.
const auto = createRouter({
  authenticate: async (req) => (req.url === "" ? undefined : { userId: "1", admin: false }),
});
same<typeof auto, Router<{ userId: string; admin: boolean }>>();
auto.on(Join, (ctx) => same<typeof ctx.data.userId, string>());

export async function attempted(): Promise<number> {
  const client = wsClient({ url: "ws://localhost" });
  const got = await client.attempt(Import, { file: "a" });
  if (got.ok) return got.payload.rows;
  switch (got.code) {
    case "NOT_FOUND":
      return got.details.file.length;
    case "failed":
      throw got.error;
    default:
      return got satisfies never;
  }
}

const Listed = prefixed("admin.", Join);
same<typeof Listed, Message<{ type: "admin.JOIN"; from: "client"; payload: { roomId: string } }>>();

const V1 = contract({ Join, Said, Import, Room });
export const ok: Compatible<typeof V1, typeof Chat> = true;
const V3 = contract({ Join: message.fromClient("JOIN", { roomId: z.string(), seat: z.number() }), Said });
same<Compatible<typeof V1, typeof V3>, "Join: takes less than before" | "Import: is gone" | "Room: is gone">();

// Compared is what travels, each way.
type Change<A extends Contract["parts"][string], B extends Contract["parts"][string]> = Compatible<
  Contract<{ A: A }>,
  Contract<{ A: B }>
>;
const shown = <S extends z.ZodType>(state: S) => topic("room:{id}", [Said], { presence: { state } });
const RoomOf = topic("room:{id}", [Said]);
const RoomKept = topic("room:{id}", [Said], { history: {} });
same<Change<typeof RoomOf, typeof RoomKept>, true>();
same<Change<typeof RoomKept, typeof RoomOf>, "A: keeps nothing any more">();
const few = { by: z.enum(["user"]) };
const many = { by: z.enum(["user", "bot"]) };
const [ShownFew, ShownMany] = [shown(z.object(few)), shown(z.object(many))];
same<Change<typeof RoomOf, typeof ShownFew>, true>();
same<Change<typeof ShownFew, typeof RoomOf>, "A: shows nobody any more">();
same<Change<typeof ShownFew, typeof ShownFew>, true>();
same<Change<typeof ShownMany, typeof ShownFew>, "A: takes less of a state than before">();
same<Change<typeof ShownFew, typeof ShownMany>, "A: shows something else of a state than before">();
const [Few, Many] = [message("A", few), message("A", many)];
const [FewTaken, ManyTaken] = [message.fromClient("A", few), message.fromClient("A", many)];
const [FewGiven, ManyGiven] = [message.fromServer("A", few), message.fromServer("A", many)];
same<Change<typeof FewTaken, typeof ManyTaken>, true>();
same<Change<typeof ManyTaken, typeof FewTaken>, "A: takes less than before">();
same<Change<typeof FewGiven, typeof ManyGiven>, "A: gives something else than before">();
same<Change<typeof ManyGiven, typeof FewGiven>, true>();
same<Change<typeof Few, typeof Many>, "A: gives something else than before">();
same<Change<typeof Many, typeof Few>, "A: takes less than before">();
same<Change<typeof FewTaken, typeof Many>, true>();
same<Change<typeof Few, typeof FewTaken>, "A: is not sent any more">();
same<Change<typeof FewTaken, typeof FewGiven>, "A: is not taken any more">();
const Parsed = message.fromServer("A", { by: z.enum(["user"]).transform(() => 1) });
same<Change<typeof FewGiven, typeof Parsed>, true>();

const Ask = rpc("A", few, "B", few, { progress: few, errors: { NOT_FOUND: few } });
const Plain = rpc("A", few, "B", few);
const Reports = rpc("A", few, "B", few, { progress: many, errors: { NOT_FOUND: few } });
const Refuses = rpc("A", few, "B", few, { progress: few, errors: { NOT_FOUND: many, ABORTED: few } });
const Answers = rpc("A", many, "B", many, { progress: few });
const Elsewhere = rpc("A", few, "C", few);
same<Change<typeof Ask, typeof Plain>, true>();
same<Change<typeof Plain, typeof Ask>, true>();
same<Change<typeof Ask, typeof Reports>, "A: reports something else than before">();
same<Change<typeof Ask, typeof Refuses>, "A: refuses otherwise than before">();
same<Change<typeof Ask, typeof Answers>, "A: answers something else than before">();
same<Change<typeof Answers, typeof Ask>, "A: takes less than before">();
same<Change<typeof Plain, typeof Elsewhere>, "A: answers something else than before">();
same<Change<typeof Plain, typeof FewTaken>, "A: is no rpc any more">();
same<Change<typeof FewTaken, typeof Plain>, "A: is an rpc now">();

const Hall = topic("room:{id}", [Said, Moved]);
const Rooms = topic("rooms:{roomId}", [Said]);
same<Change<typeof Room, typeof Hall>, true>();
same<Change<typeof Hall, typeof Room>, "A: carries less than before">();
same<Change<typeof Room, typeof Rooms>, "A: has another pattern than before">();
same<Change<typeof Room, typeof Said>, "A: is gone">();

// What servers ask goes the other way.
const Asks = rpc.fromServer("A", few, "B", few, { progress: few, errors: { NOT_FOUND: few } });
const AsksMore = rpc.fromServer("A", many, "B", few, { errors: { NOT_FOUND: few } });
const TakesMore = rpc.fromServer("A", few, "B", many, { progress: many, errors: { NOT_FOUND: many } });
same<Change<typeof Asks, typeof AsksMore>, "A: asks something else than before">();
same<Change<typeof Asks, typeof TakesMore>, true>();
same<
  Change<typeof TakesMore, typeof Asks>,
  "A: takes another answer than before" | "A: takes other reports than before" | "A: takes other errors than before"
>();
same<Change<typeof Plain, typeof Asks>, "A: is asked by the other end now">();
same<Change<typeof Asks, typeof Plain>, "A: is asked by the other end now">();

// And no server handles it.
createRouter().handle(contract({ Asks, Join }), { Join: () => {} });
