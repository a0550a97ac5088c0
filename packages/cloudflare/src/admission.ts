import { type Admission, type AnyUpgradeOptions, type Peer, type UpgradeOptions } from "@ws-kit/core/adapter";
import type { OpenData } from "@ws-kit/core";
import { notKeepable } from "./state.ts";

/** Who asks for an upgrade: the Worker's own request, with its `cf`. The address is the one that Cloudflare gives. */
export type CloudflarePeer = Peer<Request>;

/** Who may connect, without what Cloudflare does by itself: it is the one proxy, and says who the client is. */
export type ObjectUpgradeOptions<Data = OpenData> = Omit<UpgradeOptions<Data, CloudflarePeer>, "trustProxy">;

/** What an object learns of an upgrade that a Worker has admitted. */
export interface HandedOver {
  readonly data: Admission["data"];
  readonly protocol: string | undefined;
  readonly headers: readonly (readonly [string, string])[];
  /** The Worker has an `authenticate`, which let this one in. */
  readonly decided: boolean;
}

/** What a Worker calls of an object, by RPC. */
export interface AdmittingObject {
  admitted(ticket: string, handed: HandedOver): Promise<void>;
  fetch(req: Request): Promise<Response>;
}

export function peerOf(req: Request): { remoteAddress: string | undefined; request: Request } {
  return { remoteAddress: req.headers.get("cf-connecting-ip") ?? undefined, request: req };
}

/**
 * Leads an admitted upgrade to its object: the admission by RPC, which no client can call, and the request with a ticket for
 * it. What a request itself carries is not believed, whatever its headers or its `cf` say.
 * @throws TypeError naming what would be lost on the way.
 */
export async function handOver(
  req: Request,
  { data, protocol, headers }: Admission,
  object: AdmittingObject,
  decided: boolean,
): Promise<Response> {
  const trouble = notKeepable(data, "data");
  if (trouble !== undefined) {
    throw new TypeError(
      `What authenticate returns travels to the Durable Object, and ${trouble}: return something else for it, or give authenticate to createDurableObject()`,
    );
  }
  const ticket = crypto.randomUUID();
  // Both at once, to spare a round trip; the object waits for the one that comes later.
  const told = object.admitted(ticket, { data, protocol, headers: [...(headers ?? [])], decided });
  const asked = object.fetch(new Request(req, { cf: { ...req.cf, wsKit: ticket } }));
  const [response] = await Promise.all([asked, told]);
  return response;
}

/** How many admissions or requests an object keeps whose other half has not come. */
const MAX_WAITING = 1_000;

/** Milliseconds that a request waits for its admission. */
const PATIENCE_MS = 2_000;

/** Brings together the admissions that an object is told of and the requests that they are for. */
export class Tickets {
  private readonly told = new Map<string, HandedOver>();
  private readonly asked = new Map<string, (handed: HandedOver | null) => void>();

  add(ticket: string, handed: HandedOver): void {
    const ask = this.asked.get(ticket);
    if (ask !== undefined) return ask(handed);
    // The oldest goes first: its request has not come, and will not.
    for (const [oldest] of this.told) {
      if (this.told.size < MAX_WAITING) break;
      this.told.delete(oldest);
    }
    this.told.set(ticket, handed);
  }

  /** Undefined for a request without a ticket; null where nobody tells of it, as when a client has made it up. */
  take(req: Request): HandedOver | undefined | null | Promise<HandedOver | null> {
    const ticket: unknown = req.cf?.["wsKit"];
    if (ticket === undefined) return undefined;
    if (typeof ticket !== "string") return null;
    const handed = this.told.get(ticket);
    this.told.delete(ticket);
    if (handed !== undefined) return handed;
    if (this.asked.size >= MAX_WAITING || this.asked.has(ticket)) return null;
    return new Promise((resolve) => {
      const settle = (late: HandedOver | null) => {
        clearTimeout(timer);
        this.asked.delete(ticket);
        resolve(late);
      };
      const timer = setTimeout(settle, PATIENCE_MS, null);
      this.asked.set(ticket, settle);
    });
  }
}

/** Takes what the Worker's `authenticate` gave; where it has none, the object asks its own. */
export function decideOn(own: AnyUpgradeOptions["authenticate"]) {
  return (req: Request, peer: CloudflarePeer & { readonly handed: HandedOver }): unknown =>
    peer.handed.decided || own === undefined ? peer.handed.data : own(req, peer as never);
}

/** What is logged of a socket that came past all of this. */
export const SKIPPED =
  "Closed a socket that skipped the checks of origin and authenticate: pass its upgrade to super.fetch(req), or handle its messages before calling super.webSocketMessage()";
