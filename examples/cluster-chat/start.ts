import { startBalancer } from "./balancer.ts";
import { Member } from "./member.ts";
import { Redis } from "./redis.ts";

const port = Number(process.env["PORT"] ?? 3000);
const NODES = 3;

const redis = new Redis();
await redis.start().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exit(1);
});
const members = Array.from({ length: NODES }, (_, i) => new Member(`node ${i + 1}`, redis.url));

async function stop(code = 0): Promise<never> {
  await Promise.all(members.map((member) => member.kill()));
  await redis.kill();
  process.exit(code);
}

async function press(key: string): Promise<void> {
  if (key === "q" || key === "\u0003") await stop();
  const member = members[Number(key) - 1];
  if (member !== undefined) await (member.port ? member.kill() : member.start());
  if (key !== "r") return;
  await (redis.isAlive ? redis.kill() : redis.start());
  console.log(`Redis is ${redis.isAlive ? "back" : "dead"}`);
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
