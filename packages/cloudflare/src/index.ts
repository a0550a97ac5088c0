import { checkOptions, UPGRADE_OPTIONS, type Kinds } from "@ws-kit/core/adapter";
import type { OpenData, Router } from "@ws-kit/core";
import type { ObjectUpgradeOptions } from "./admission.ts";
import { RouterObject } from "./object.ts";

declare global {
  // Core reads the socket's type from here.
  namespace WsKit {
    interface Sockets {
      cloudflare: WebSocket;
    }
  }
}

const { trustProxy: _none, ...OBJECT_OPTIONS } = UPGRADE_OPTIONS;
const OPTIONS: Kinds<ObjectUpgradeOptions<never>> = OBJECT_OPTIONS;

/** A class of Durable Objects that serve a router. */
export interface RouterObjectClass<Env, Data> {
  new (ctx: DurableObjectState, env: Env): RouterObject<Env, Data>;
}

/**
 * Makes the class of Durable Objects that serve a router and sleep while their connections are idle.
 *
 * @param router Shared by all objects of the class; or a function that makes one for each, so that handlers have the
 *   object's bindings and storage at hand and `router.publish` and `router.connections` mean this object's.
 * @param options Who may connect, for upgrades that did not come through `createWorker`, which decides by itself.
 * @throws TypeError, when the object is made, for an option of the router that Durable Objects cannot honour.
 *
 * @example
 * export class Room extends createDurableObject(router) {}
 */
export function createDurableObject<Env = unknown, Data = OpenData>(
  router: Router<Data> | ((ctx: DurableObjectState, env: Env) => Router<Data>),
  options: ObjectUpgradeOptions<Data> = {},
): RouterObjectClass<Env, Data> {
  checkOptions("createDurableObject()", options, OPTIONS);
  return class extends RouterObject<Env, Data> {
    constructor(ctx: DurableObjectState, env: Env) {
      const shared = typeof router !== "function";
      super(ctx, env, shared ? router : router(ctx, env), options, shared);
    }
  };
}

export { bearerToken } from "@ws-kit/core";
export { cookies } from "./cookies.ts";
export type { CloudflarePeer, ObjectUpgradeOptions } from "./admission.ts";
export type { RouterObject } from "./object.ts";
export { createWorker } from "./worker.ts";
export type { WorkerOptions, WorkerPeer, WsKitWorker } from "./worker.ts";
