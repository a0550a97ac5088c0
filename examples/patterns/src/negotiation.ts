import { createRouter, message, rpc, z } from "@ws-kit/zod";

/** What both ends can do: said once, first of all on each new connection (`client.onOpen`), and kept in `ctx.data`. */
const Feature = z.enum(["images", "replies", "reactions"]);
type Feature = z.infer<typeof Feature>;

export const Hello = rpc(
  "HELLO",
  // What a newer client can do and this server has never heard of is no fault.
  { version: z.string(), features: z.array(z.string()) },
  "WELCOME",
  { version: z.string(), features: z.array(Feature) },
  { errors: { FAILED_PRECONDITION: { oldest: z.string() } } },
);
export const Post = message.fromClient("POST", { text: z.string(), image: z.string().optional() });
export const Posted = message.fromServer("POSTED", { text: z.string(), image: z.string().optional() });

const VERSION = "2.1";
const OLDEST = "2.0";
const SUPPORTED: readonly Feature[] = ["images", "replies"];

export const router = createRouter<{ features?: readonly Feature[] }>();

router.rpc(Hello, (ctx) => {
  const [major] = ctx.payload.version.split(".");
  if (major !== OLDEST.split(".")[0]) {
    ctx.error("FAILED_PRECONDITION", `This server speaks ${OLDEST} and later`, { oldest: OLDEST });
    // One of the codes after which a client does not dial again, only to be told the same.
    router.connections.get(ctx.clientId)?.close(4400, "Too old");
    return;
  }
  const features = SUPPORTED.filter((feature) => ctx.payload.features.includes(feature));
  ctx.assignData({ features });
  void ctx.topics.subscribe("posts");
  ctx.reply({ version: VERSION, features });
});

// Before the hello nothing else is served: a guard is middleware.
router.use((ctx, next) => {
  if (ctx.type !== Hello.type && ctx.data.features === undefined)
    return ctx.error("FAILED_PRECONDITION", "Say HELLO first");
  return next();
});

const sees = ({ features = [] }: { features?: readonly Feature[] }): boolean => features.includes("images");

router.on(Post, (ctx) => {
  const { text, image } = ctx.payload;
  // Each gets the form that it can show.
  void ctx.publish("posts", Posted, { text, image }, { filter: sees });
  void ctx.publish("posts", Posted, { text }, { filter: (data) => !sees(data) });
});
