import { createRouter, message, z } from "@ws-kit/zod";

/**
 * A rolling deploy: new servers among old pages. The old definitions keep their types and stay served until nobody sends them;
 * the new ones have types of their own.
 */
export const v1 = {
  Send: message.fromClient("SEND", { text: z.string() }),
  Sent: message.fromServer("SENT", { text: z.string() }),
};
export const v2 = {
  Send: message.fromClient("v2.SEND", { text: z.string(), format: z.enum(["plain", "markdown"]) }),
  Sent: message.fromServer("v2.SENT", { text: z.string(), format: z.enum(["plain", "markdown"]), by: z.string() }),
};

interface Page {
  userId: string;
  version: "v1" | "v2";
}

/** What every version of it means: the rest translates. */
function deliver(from: string, text: string, format: "plain" | "markdown"): void {
  void router.publish("v1", v1.Sent, { text: format === "markdown" ? text.replaceAll(/[*_`]/g, "") : text });
  void router.publish("v2", v2.Sent, { text, format, by: from });
}

const old = createRouter<Page>();
old.on(v1.Send, (ctx) => deliver(ctx.data.userId, ctx.payload.text, "plain"));

const current = createRouter<Page>();
current.on(v2.Send, (ctx) => deliver(ctx.data.userId, ctx.payload.text, ctx.payload.format));

export const router = createRouter<Page>({
  // A page says by its URL what it reads, `?v=2`; one without is from before there was a choice.
  authenticate(req) {
    const { searchParams } = new URL(req.url);
    return { userId: searchParams.get("user") ?? "guest", version: searchParams.get("v") === "2" ? "v2" : "v1" };
  },
});
router.merge(old).merge(current);
router.onOpen((ctx) => ctx.topics.subscribe(ctx.data.version));
