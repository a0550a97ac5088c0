import { createRouter, type Router } from "@ws-kit/zod";
import {
  closed,
  askPlain,
  getUser,
  logged,
  onJoin,
  onTraced,
  opened,
  runImport,
  viaContext,
  type AppData,
} from "./handlers.ts";
import { same } from "./equal.ts";
import * as standard from "./standard.ts";
import * as valibot from "./valibot.ts";
import { Ask, GetUser, Import, Join, Ping, Traced } from "./zod.ts";

export const router: Router<AppData> = createRouter<AppData>()
  .use(logged)
  .use(Join, (ctx, next) => {
    same<typeof ctx.payload.room, string>();
    return next();
  })
  .on(Join, onJoin)
  .on(Traced, onTraced)
  .rpc(GetUser, getUser)
  .rpc(Import, runImport)
  .rpc(Ask, viaContext)
  .rpc(Ping, (ctx) => {
    same<typeof ctx.payload, undefined>();
    ctx.reply(Join, { room: "a" });
  })
  .onOpen(opened)
  .onClose(closed);

createRouter<AppData>().rpc(Join, askPlain);

// Inline handlers infer all of it.
router.on(Join, (ctx) => {
  same<typeof ctx.payload.room, string>();
  same<typeof ctx.data.roles, string[]>();
});
router.rpc(GetUser, (ctx) => {
  same<typeof ctx.payload.id, string>();
  return { id: "u1", born: "2026-03-01T12:00:00Z" };
});
// @ts-expect-error -- an rpc needs rpc(), which answers
router.on(GetUser, () => {});
// @ts-expect-error -- the response has another type
router.rpc(GetUser, () => ({ id: 5, born: "2026-03-01T12:00:00Z" }));

// Several validators on one router.
router.on(valibot.Event, (ctx) => {
  if (ctx.payload.kind === "size") same<typeof ctx.payload.width, number>();
});
router.on(valibot.Dated, (ctx) => same<typeof ctx.payload.at, Date>());
router.rpc(standard.Import, (ctx) => {
  same<typeof ctx.payload.file, string>();
  ctx.progress({ done: 1 });
  return 5;
});
router.on(standard.Dated, (ctx) => ctx.send(valibot.Join, { room: ctx.payload.at.toISOString() }));

// Publishing from outside is typed by the message.
void router.publish("room", Join, { room: "a" });
void router.publish("room", valibot.Dated, { at: "2026-03-01T12:00:00Z" }, { meta: { trace: "t" } });
// @ts-expect-error -- a wrong payload
void router.publish("room", Join, { room: 5 });
// @ts-expect-error -- the meta is required
void router.publish("room", Traced, { n: 1 });

// Where no connection publishes, none can be left out.
// @ts-expect-error -- ctx.publish() takes it
void router.publish("room", Join, { room: "a" }, { excludeSelf: true });
void router.publish("room", Join, { room: "a" }, { excludeSelf: undefined, filter: () => true });

// A guard proves what later handlers rely on.
interface Member extends AppData {
  userId: string;
}
const members = router.guard((data): data is Member & { clientId: string } => data.userId !== undefined, {
  code: "UNAUTHENTICATED",
});
members.on(Ping, (ctx) => {
  same<typeof ctx.data.userId, string>();
  same<typeof ctx.data.roles, string[]>();
});
router
  .guard(({ roles }) => roles.includes("admin"))
  .on(Ping, (ctx) => same<typeof ctx.data.userId, string | undefined>());

// Merging keeps both sides' data honest.
const rooms = createRouter<{ roles: string[] }>().on(Join, (ctx) => same<typeof ctx.data.roles, string[]>());
router.merge(rooms).mount("rooms.", rooms);
createRouter().merge(rooms);
const stranger = createRouter<{ tenant: number }>();
// @ts-expect-error -- connections of this router have no tenant
router.merge(stranger);
// @ts-expect-error -- nor when mounted
router.mount("x.", stranger);

// An untyped router leaves the data open, as the guide's does.
const open = createRouter();
open.on(Join, (ctx) => {
  ctx.data.userId = "u1";
  ctx.assignData({ anything: 5 });
});
