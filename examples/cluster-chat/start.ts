import { findProgram } from "@ws-kit/conformance/engines/find";
import { startRedis } from "@ws-kit/conformance/engines/servers";
import { startBalancer } from "./balancer.ts";
import { Member } from "./member.ts";

const port = Number(process.env["PORT"] ?? 3000);
const NODES = 3;

const path = findProgram("redis-server");
if (path === undefined) {
  console.error("redis-server is not on PATH; on Debian: apt-get install redis-server");
  process.exit(1);
}
const redis = await startRedis(path);
let redisIsAlive = true;
const redisUrl = `redis://127.0.0.1:${redis.port}`;
const members = Array.from({ length: NODES }, (_, i) => new Member(`node ${i + 1}`, redisUrl));

async function stop(code = 0): Promise<never> {
  await Promise.all(members.map((member) => member.kill()));
  await redis.stop();
  process.exit(code);
}

async function press(key: string): Promise<void> {
  if (key === "q" || key === "\u0003") await stop();
  const member = members[Number(key) - 1];
  if (member !== undefined) await (member.port ? member.kill() : member.start());
  if (key !== "r") return;
  redisIsAlive = !redisIsAlive;
  await (redisIsAlive ? redis.restart() : redis.kill());
  console.log(`Redis is ${redisIsAlive ? "back" : "dead"}`);
}

try {
  await Promise.all(members.map((member) => member.start()));
  await startBalancer(port, () => members.flatMap((member) => member.port ?? []));
} catch (error) {
  console.error((error as Error).message);
  await stop(1);
}
console.log(`The chat is at http://localhost:${port}/ on ${NODES} nodes`);
console.log(`Keys: 1 to ${NODES} kill a node, or start it again; r the same for Redis; q ends all`);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop());
if (process.stdin.isTTY) process.stdin.setRawMode(true);
let before = Promise.resolve();
process.stdin.on("data", (keys) => {
  // One after another: a node is not started before it is dead.
  for (const key of String(keys))
    before = before.then(() => press(key)).catch((error: unknown) => console.error(error));
});
