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

/**
 * @param conn Whom it is for, with the request's id; undefined where that may be several.
 * @throws ValidationError for what does not fit, also as a rejection where the schema is asynchronous.
 */
export function wireOf(
  { hooks, validateOutgoing }: Listener,
  conn: Connection | undefined,
  rpc: AnyRpc,
  payload: unknown,
  given: Meta | undefined,
  id: string | undefined,
): Wire | Promise<Wire> {
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
