import { rateLimit, rateLimitGate } from "@ws-kit/rate-limit";
import { createRouter, message, rpc, z } from "@ws-kit/zod";
import { visitor } from "./visitor.ts";

/** Who may send how much: a connection, before anything is decoded, and a user, once it is known what was sent. */
export const Say = message("SAY", { text: z.string() });
export const Typing = message("TYPING");
export const Ask = rpc("ASK", { question: z.string() }, "ANSWER", { text: z.string() });

export const router = createRouter<{ userId: string }>({
  authenticate: visitor,
  identify: (data) => data.userId,
});

// A flood ends here, for the price of a look at a counter: 50 frames a second, and 100 at once after a pause.
router.extend(rateLimitGate({ limit: 50, perMs: 1_000, burst: 100 }));

// What a user says from all of their tabs: twenty in ten seconds. Who types is not asked.
router.use(Say, rateLimit({ limit: 20, perMs: 10_000, by: "user", message: "Slow down" }));

// What costs money has a limit of its own. A client's `request` waits for `retryAfterMs` where its deadline allows it.
router.use(Ask, rateLimit({ limit: 3, perMs: 86_400_000, by: "user", message: "No questions left today" }));

router.onOpen((ctx) => ctx.topics.subscribe("lobby"));
router.on(Say, (ctx) => void ctx.publish("lobby", Say, ctx.payload));
router.on(Typing, (ctx) => void ctx.publish("lobby", Typing, undefined, { excludeSelf: true }));
router.rpc(Ask, ({ payload }) => ({ text: `What do you think: ${payload.question}` }));
