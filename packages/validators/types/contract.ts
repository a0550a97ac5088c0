import {
  contract,
  createRouter,
  message,
  prefixed,
  rpc,
  topic,
  z,
  type Compatible,
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
same<Compatible<typeof V1, typeof V3>, "Join: takes less than before" | "Import: is gone">();
