import type { AskOptions } from "../api/asking.ts";
import type { UserReach, UserResult } from "../api/users.ts";
import { askUser } from "../asking/ask-user.ts";
import { toError } from "../base/thrown.ts";
import { newMark } from "../history/revocations.ts";
import { WsKitError } from "../message/errors.ts";
import type { ServerAsks, ServerSends, WhyNot } from "../message/direction.ts";
import type { AnyMessage, AnyRpc, InferMetaInput, Received, SendArgsOf, SendOptions } from "../message/message.ts";
import type { UserAsk } from "../ports/nodes.ts";
import type { Packet } from "../protocol/codec.ts";
import { CLOSE } from "../protocol/codes.ts";
import { report } from "../sending/report.ts";
import { encodeForMany } from "../sending/to-many.ts";
import type { Listener } from "../state/connection.ts";
import { doToUser } from "../topics/do-to-user.ts";
import type { RouterCore } from "./core.ts";

/** Of one router; with an error where others than this process could not be asked. */
type Reach = UserReach & { readonly error?: Error };

const NOBODY: UserReach = { connections: 0, nodes: 0, missing: [] };

/**
 * `router.users`: users by the id that `identify` gives, on all of their connections.
 *
 * @example
 * await router.users.send(userId, Notice, { text: "Your export is ready" }); // on all of the user's devices
 * await router.users.close(userId, 4403, "Suspended");
 */
export class RouterUsers {
  private readonly core: () => Pick<RouterCore, "servedBy" | "unreachable">;

  constructor(core: () => Pick<RouterCore, "servedBy" | "unreachable">) {
    this.core = core;
  }

  /** As `ctx.send`, to every connection of a user. Never rejects. */
  async send<M extends AnyMessage>(
    userId: string,
    message: ServerSends<WhyNot<M, "ctx.send">> & M,
    ...args: SendArgsOf<M>
  ): Promise<UserResult> {
    const [payload, options] = args as [unknown, SendOptions?];
    return this.onAll(async (hubs) => {
      const [hub] = hubs;
      if (hub === undefined) return NOBODY;
      try {
        const encoded = encodeForMany(hub, message, payload, options);
        const { frame, type, skip } = encoded instanceof Promise ? await encoded : encoded;
        return await everywhere(hubs, { op: "send", user: userId, type, skip }, frame);
      } catch (error) {
        report(hub, error, undefined);
        throw error;
      }
    });
  }

  /**
   * Asks every connection of a user and gives the first answer: `{ type, meta, payload }`. The handlers of the others learn by their
   * `signal` that it is no longer wanted. It settles once; its rejection need not be awaited.
   *
   * @throws RequestError where none has answered, as a rejection: with what a client's handler said, where one said anything;
   *   UNAVAILABLE where nobody is there, or nodes do not say who is; INVALID_ARGUMENT and RESOURCE_EXHAUSTED for a request and an
   *   answer that the engine does not carry; otherwise as `handle.request`. ValidationError for a payload or
   *   an answer that does not fit its schema; WsKitError FAILED_PRECONDITION where nobody says whose a connection is.
   *
   * @example
   * const { payload } = await router.users.request(userId, Confirm, { text: "Log in on a new device?" }, { timeoutMs: 60_000 });
   */
  request<R extends AnyRpc>(
    userId: string,
    rpc: ServerAsks<WhyNot<R, "ctx.request">> & R,
    ...args: SendArgsOf<R, AskOptions<InferMetaInput<R>>>
  ): Promise<Received<R["response"]>> {
    const [payload, options] = args as [unknown, AskOptions?];
    const { groups, error } = this.served();
    if (error === undefined) return askUser(groups, userId, rpc, payload, options);
    const refused = Promise.reject(error);
    refused.catch(() => {});
    return refused;
  }

  /** Closes every connection of a user. Default code 1000. Never rejects. */
  async close(userId: string, code: number = CLOSE.NORMAL, reason = ""): Promise<UserResult> {
    return this.onAll((hubs) => everywhere(hubs, { op: "close", user: userId, code, reason }, ""));
  }

  /**
   * Takes a topic from every connection of a user that follows it, as `router.revoke` does from those of this process, and says
   * from how many. They are told, and the user's grants for it are void on every node. Who may follow it again is for its rule to
   * say. Never rejects.
   *
   * @example await router.users.revoke(userId, Room({ id: "7" }));
   */
  async revoke(userId: string, topic: string): Promise<UserResult> {
    const ask = { op: "revoke", user: userId, topic, mark: newMark() } as const;
    return this.onAll((hubs) => everywhere(hubs, ask, ""));
  }

  /** How many connections a user has, and on how many nodes; those count that wait for their client (`resume`). Never rejects. */
  async connections(userId: string): Promise<UserResult> {
    return this.onAll((hubs) => everywhere(hubs, { op: "count", user: userId }, ""));
  }

  /**
   * Whether a user has any connection; those of a node that does not answer do not count.
   * @throws WsKitError FAILED_PRECONDITION where nobody says whose a connection is, and UNAVAILABLE where there is none here
   *   and the engine is away, as a rejection.
   */
  async isOnline(userId: string): Promise<boolean> {
    const result = await this.connections(userId);
    if (result.connections > 0) return true;
    if (!result.ok) throw result.error;
    return false;
  }

  /** Does it on each router that has this one in it, by all of its listeners of this process, and adds up. */
  private async onAll(each: (hubs: readonly Listener[]) => Promise<Reach>): Promise<UserResult> {
    const { groups, error } = this.served();
    if (error !== undefined) return { ok: false, error, ...NOBODY };
    const settled = await Promise.allSettled(groups.map(async (hubs) => each(hubs)));
    const reached = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const sum = {
      connections: reached.reduce((total, { connections }) => total + connections, 0),
      nodes: reached.reduce((most, { nodes }) => Math.max(most, nodes), 0),
      missing: [...new Set(reached.flatMap(({ missing }) => missing))],
    };
    const failed = settled.find((one) => one.status === "rejected");
    const failure =
      failed === undefined ? reached.find((one) => one.error !== undefined)?.error : toError(failed.reason);
    return failure === undefined ? { ok: true, ...sum } : { ok: false, error: failure, ...sum };
  }

  /** The listeners that serve it, those of a router together; or why users cannot be reached. */
  private served(): { groups: Listener[][]; error: Error | undefined } {
    const core = this.core();
    const all = [...core.servedBy()];
    const error = core.unreachable() ?? (all.length > 0 && all.every(saysNobody) ? nobodySays() : undefined);
    const groups = new Map(all.map(({ peers }) => [peers, all.filter((hub) => hub.peers === peers)]));
    return { groups: [...groups.values()], error };
  }
}

function saysNobody({ identify }: Listener): boolean {
  return identify === undefined;
}

function nobodySays(): WsKitError {
  return new WsKitError("FAILED_PRECONDITION", "Nobody says whose a connection is: createRouter({ identify })");
}

/** Does it here at once, and has the other nodes do it. */
async function everywhere(hubs: readonly Listener[], ask: UserAsk, frame: Packet): Promise<Reach> {
  // First: of what the engine cannot carry nobody here has heard when it is refused.
  const asked = hubs[0]?.link?.askNodes(ask, frame);
  const mine = doToUser(hubs, ask, frame);
  const others = await asked;
  const counts = [mine, ...(others?.counts.values() ?? [])].filter((count) => count > 0);
  const reach = {
    connections: counts.reduce((total, count) => total + count, 0),
    nodes: counts.length,
    missing: [...(others?.missing ?? [])],
  };
  if (others?.away !== true) return reach;
  return { ...reach, error: new WsKitError("UNAVAILABLE", "The other nodes could not be asked") };
}
