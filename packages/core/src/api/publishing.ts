import type { ConnectionData } from "./data.ts";

export interface PublishOptions {
  /** Not to the connection that publishes. Default false. */
  excludeSelf?: boolean;
  /** Keep from a broker, so that only this process's connections receive it. Default false. */
  local?: boolean;
}

export interface FilteredPublishOptions<Data> extends PublishOptions {
  /** Which subscribers receive it, by their data. With a broker it needs `local: true`: a function cannot travel. */
  filter?: (data: ConnectionData<Data>) => boolean;
}

/** A publish never rejects. `matched` counts the receivers in this process. */
export type PublishResult =
  | { readonly ok: true; readonly matched: number }
  | { readonly ok: false; readonly error: Error };

/** `FilteredPublishOptions` and `SendOptions`, untyped. */
export interface AnyPublishOptions {
  meta?: object;
  excludeSelf?: boolean;
  local?: boolean;
  filter?: (data: never) => boolean;
}
