import { redisEngine } from "@ws-kit/redis";

const url = process.env["REDIS_URL"];

/** Carries what is said to other processes of the chat, where there is a Redis: see `examples/cluster-chat`. */
export const engine = url ? redisEngine({ url }) : undefined;
