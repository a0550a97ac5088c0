import type { Position } from "../protocol/position.ts";
import type { ConnectionData, MaybePromise } from "./data.ts";

export interface PublishOptions {
  /** Not to the connection that publishes. Default false. */
  excludeSelf?: boolean | undefined;
  /** Keep from other nodes, so that only this process's connections receive it. Default false. */
  local?: boolean | undefined;
  /**
   * Only on a recorded topic: repeats the publish until the message is in the log, for at most `limits.ackTimeoutMs`, where an
   * engine keeps it. Without, one try decides; a log that is this process's own has it at once. Default false.
   */
  ack?: boolean | undefined;
  /**
   * Only on a recorded topic: a message of the topic with the same id, at most two minutes old, makes this one a duplicate,
   * which is not published again. Makes a publish safe to repeat. Default: none.
   */
  id?: string | undefined;
}

export interface FilteredPublishOptions<Data> extends PublishOptions {
  /**
   * Which subscribers receive it, by their data; one that is asynchronous is waited for, and what was published meanwhile
   * may overtake. A subscriber for which it throws or rejects gets nothing, and `onError` is told. With an engine it needs
   * `local: true`: a function cannot travel.
   */
  filter?: ((data: ConnectionData<Data>) => MaybePromise<boolean>) | undefined;
}

/** Options of a publish from outside any connection. */
export interface OutsidePublishOptions<Data> extends Omit<FilteredPublishOptions<Data>, "excludeSelf"> {
  /** There is no connection that could be left out: such a publish is not `ok`. */
  excludeSelf?: "No connection publishes here: ctx.publish() takes excludeSelf" | undefined;
}

/**
 * A publish never rejects. `matched` counts the receivers in this process. `remote` says of other nodes: `sent` it was handed
 * to the engine, `away` the engine could not take it and only this process has it, `none` there is no engine or it was
 * published with `local`. Of a recorded topic it says where the message stands, and whether one with its `id` was there.
 */
export type PublishResult =
  | {
      readonly ok: true;
      readonly matched: number;
      readonly remote: "sent" | "away" | "none";
      readonly position?: Position;
      readonly duplicate?: boolean;
    }
  | { readonly ok: false; readonly matched: number; readonly error: Error };

/** `FilteredPublishOptions` and `SendOptions`, untyped. */
export interface AnyPublishOptions {
  meta?: object | undefined;
  excludeSelf?: boolean | undefined;
  local?: boolean | undefined;
  ack?: boolean | undefined;
  id?: string | undefined;
  filter?: ((data: never) => unknown) | undefined;
}
