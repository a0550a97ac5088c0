import { whenAll } from "../base/when.ts";
import type { AnyRpc } from "../message/message.ts";
import { validatorsOf } from "../message/validators.ts";
import type { Packet } from "../protocol/codec.ts";
import type { Meta } from "../protocol/envelope.ts";
import { assemble, outbound } from "../sending/encode.ts";
import type { Connection, Listener } from "../state/connection.ts";

/** What a request says, as it travels: checked when it was asked, since the payload may change later. */
export interface Wire {
  readonly payload: unknown;
  readonly meta: Meta | undefined;
  /** What the schema made of the meta. */
  readonly declared: object | undefined;
}

/** @throws ValidationError for what does not fit, also as a rejection where the schema is asynchronous. */
export function wireOf(
  conn: Connection,
  rpc: AnyRpc,
  payload: unknown,
  given: Meta | undefined,
  id: string,
): Wire | Promise<Wire> {
  const { hooks, validateOutgoing } = conn.hub;
  const meta = hooks === undefined ? given : hooks.stamp(conn, rpc, given, undefined, id);
  const { payload: forPayload, meta: forMeta } = validatorsOf(rpc);
  if (!validateOutgoing) return { payload: forPayload && payload, meta, declared: undefined };
  const checked = [
    forPayload && outbound(forPayload, payload, rpc.type, "payload"),
    forMeta && outbound(forMeta, meta ?? {}, rpc.type, "meta"),
  ];
  return whenAll(checked, ([body, declared]) => ({ payload: body, meta, declared: declared as object | undefined }));
}

/** @param timeoutMs What is left of its time. */
export function encodeRequest(
  hub: Listener,
  { type }: AnyRpc,
  { payload, meta, declared }: Wire,
  id: string,
  timeoutMs: number,
): Packet {
  return assemble(hub, type, payload, meta, { ...declared, timeoutMs }, id);
}
