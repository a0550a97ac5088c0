import { createRouter, message, rpc, WsKitError, z } from "@ws-kit/zod";

const OPTIONS = ["tea", "coffee", "water"] as const;

const results = z.record(z.enum(OPTIONS), z.number());
export const Results = message("RESULTS", { results });
export const Vote = rpc("VOTE", { option: z.enum(OPTIONS) }, "VOTED", { results });
export const Reset = message("RESET");

const votes = new Map<string, (typeof OPTIONS)[number]>();

/** How many chose each option. */
export function tally(): z.infer<typeof results> {
  const counts = { tea: 0, coffee: 0, water: 0 };
  for (const option of votes.values()) counts[option]++;
  return counts;
}

/** Everybody: one vote each, which can be changed. */
export const poll = createRouter();
poll.onOpen(async (ctx) => {
  await ctx.topics.subscribe("results");
  ctx.send(Results, { results: tally() });
});
poll.rpc(Vote, (ctx) => {
  votes.set(ctx.clientId, ctx.payload.option);
  void ctx.publish("results", Results, { results: tally() }, { excludeSelf: true });
  return { results: tally() };
});

/** On a path of its own: who may reset. */
export const admin = createRouter<{ name: string }>();
admin.on(Reset, (ctx) => {
  if (ctx.data.name !== "root") throw new WsKitError("PERMISSION_DENIED", "Only root resets the poll");
  votes.clear();
  void poll.publish("results", Results, { results: tally() });
});
