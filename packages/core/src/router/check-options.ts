import { DEFAULT_LIMITS } from "../api/limits.ts";
import { HEARTBEAT_OPTIONS, RESUME_OPTIONS, ROUTER_OPTIONS } from "../api/option-kinds.ts";
import type { RouterOptions } from "../api/options.ts";
import { checkOptions } from "../base/options.ts";
import { checkFingerprint } from "../message/agreement.ts";
import { checkContract } from "../message/contract.ts";
import { checkHistory, checkPresence } from "./declared-topics.ts";

const LIMITS = Object.fromEntries(Object.keys(DEFAULT_LIMITS).map((name) => [name, "any"]));

/** @throws TypeError for a name that does not exist, and for a value that is something else. */
export function checkRouterOptions(options: RouterOptions<never>): void {
  checkOptions("createRouter()", options, ROUTER_OPTIONS);
  const { contract, heartbeat, limits, resume } = options;
  checkOptions("createRouter(): heartbeat", heartbeat, HEARTBEAT_OPTIONS);
  checkOptions("createRouter(): limits", limits, LIMITS);
  if (typeof resume === "object") checkOptions("createRouter(): resume", resume, RESUME_OPTIONS);
  if (contract === undefined) return;
  checkContract("createRouter(): contract", contract);
  checkFingerprint(contract);
}

/**
 * @throws TypeError for what is no way to other processes: it is a library's, whose client is soon given in its place; Error
 *   for an engine that does not keep what topics declare.
 */
export function checkPorts({ answers, engine, topics = [] }: RouterOptions<never>): void {
  checkHistory(topics, engine);
  checkPresence(topics, engine);
  if (engine !== undefined) checkPort("engine", engine, "connect");
  if (answers !== undefined) checkPort("answers", answers, "claim");
}

function checkPort<P extends object>(option: string, port: P, method: keyof P & string): void {
  if (typeof port[method] === "function") return;
  throw new TypeError(`createRouter(): ${option} is what @ws-kit/redis or @ws-kit/nats makes: this has no ${method}()`);
}
