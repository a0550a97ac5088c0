import { createRouter, type Router } from "@ws-kit/zod";
import type { Data } from "./auth.ts";
import * as m from "./messages.ts";

/** Middleware, merged, mounted and guarded routers, registered in an order that must not matter. */
export function addRouting(router: Router<Data>): void {
  const trails = new WeakMap<object, string[]>();
  const trail = (ctx: object): string[] => {
    const steps = trails.get(ctx) ?? [];
    trails.set(ctx, steps);
    return steps;
  };

  router.rpc(m.Passed, (ctx) => ({ trail: [...trail(ctx), "handler"] }));
  router.use(m.Passed, async (ctx, next) => {
    trail(ctx).push(`typed ${ctx.payload.n}`);
    await next();
  });
  router.use((ctx, next) => {
    trail(ctx).push("first");
    return next();
  });
  router.use(async (ctx, next) => {
    trail(ctx).push("second");
    await next();
  });

  router.on(m.Dropped, () => {
    throw new Error("Middleware lets nothing through to here");
  });
  router.use(m.Dropped, () => {});
  router.rpc(m.DroppedRpc, () => ({}));
  router.use(m.DroppedRpc, async () => {});
  router.rpc(m.Refused, () => ({}));
  router.use(m.Refused, (ctx) => ctx.error("UNAUTHENTICATED", "Sign in first"));
  router.rpc(m.Twofold, () => ({}));
  router.use(m.Twofold, async (_ctx, next) => {
    await next();
    await next();
  });

  const child = createRouter<Data>();
  router.merge(child);
  child.rpc(m.Merged, (ctx) => ({ by: String(ctx.data["by"]) }));
  child.rpc(m.Shadowed, () => ({ by: "child" }));
  child.use((ctx, next) => {
    ctx.data["by"] = "child middleware";
    return next();
  });
  router.rpc(m.Shadowed, () => ({ by: "parent" }));

  const admin = createRouter<Data>();
  router.mount("admin.", admin);
  admin.use((ctx, next) => {
    if (ctx.data.role !== "admin") return ctx.error("PERMISSION_DENIED", "Admins only");
    return next();
  });
  admin.rpc(m.Mounted, (ctx) => ({ type: ctx.type }));

  const members = router.guard((data) => data.role !== undefined, { message: "Members only" });
  members.rpc(m.Members, () => ({}));
}
