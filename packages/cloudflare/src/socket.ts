import { StandardSocket } from "@ws-kit/core/adapter";

/** One hibernatable WebSocket as the core sees it. The runtime does not tell how much its peer has yet to read. */
export class ObjectSocket extends StandardSocket<WebSocket> {
  /** When a message last arrived while the object was awake, in milliseconds since the epoch. */
  seen = 0;
  /** When a sign of life was asked for; undefined since one arrived. */
  asked: number | undefined = undefined;
  /** Where the object's storage has what did not fit the attachment. */
  stored: string | undefined = undefined;
  /** What a later token is decided by: URL of the upgrade. */
  url: string | undefined = undefined;
  /** The peer's address, where something asks for it later. */
  from: string | undefined = undefined;
  /** What `maxConnectionsPer` counts it by. */
  slot: string | undefined = undefined;
}
