import { createRouter, message, rpc, z } from "@ws-kit/zod";
import { visitor } from "./visitor.ts";

/** Who is connected, on how many devices, and since when one was silent. */
export const Notice = message.fromServer("NOTICE", { text: z.string() });
export const Notify = rpc("NOTIFY", { userId: z.string(), text: z.string() }, "NOTIFIED", { devices: z.number() });
export const WhoIsOn = rpc("WHO_IS_ON", undefined, "ONLINE", {
  users: z.array(z.object({ userId: z.string(), devices: z.number(), idleMs: z.number() })),
});

interface Device {
  readonly clientId: string;
  readonly data: { readonly userId: string };
}

/** The devices of each user. `router.connections` has everybody's; this finds one user's without looking at the others. */
class Pool {
  private readonly users = new Map<string, Set<string>>();

  add({ clientId, data }: Device): void {
    this.users.set(data.userId, this.devicesOf(data.userId).add(clientId));
  }

  remove({ clientId, data }: Device): void {
    const devices = this.devicesOf(data.userId);
    devices.delete(clientId);
    // Else it would grow by everybody who ever was here.
    if (devices.size === 0) this.users.delete(data.userId);
  }

  devicesOf(userId: string): Set<string> {
    return this.users.get(userId) ?? new Set();
  }

  *[Symbol.iterator](): Iterable<[userId: string, devices: Set<string>]> & Iterator<[string, Set<string>]> {
    yield* this.users;
  }
}

export const router = createRouter<{ userId: string; seenAt?: number }>({ authenticate: visitor });
export const pool = new Pool();

router.onOpen((ctx) => pool.add(ctx));
router.onClose((ctx) => pool.remove(ctx));

router.use((ctx, next) => {
  ctx.assignData({ seenAt: ctx.receivedAt });
  return next();
});

// A user's devices on this process. Those on others are reached by a topic for each user: docs/patterns.md.
router.rpc(Notify, ({ payload: { userId, text } }) => {
  const reached = [...pool.devicesOf(userId)].filter((id) => router.connections.send(id, Notice, { text }));
  return { devices: reached.length };
});

router.rpc(WhoIsOn, (ctx) => {
  const users = [...pool].map(([userId, devices]) => {
    const seen = [...devices].map((id) => router.connections.get(id)?.data.seenAt ?? 0);
    return { userId, devices: devices.size, idleMs: ctx.receivedAt - Math.max(...seen) };
  });
  return { users };
});
