/** Settings of the runtime's own WebSocket layer; an adapter throws for one that its runtime does not have. */
export interface RuntimeTuning {
  /** Seconds without any traffic after which the runtime itself closes a socket; 0 for never. Default: the runtime's own. */
  idleTimeoutSeconds?: number | undefined;
  /** Largest frame in bytes that the runtime takes at all, above which it closes with 1009. Default: twice `maxMessageBytes`. */
  maxPayloadBytes?: number | undefined;
  /** permessage-deflate (RFC 7692). Default false: it costs memory and time for every connection. */
  compression?: boolean | undefined;
}

/** The settings of one listener, with the defaults filled in. */
export interface Tuning {
  /** Undefined leaves it to the runtime. */
  readonly idleTimeoutSeconds: number | undefined;
  readonly maxPayloadBytes: number;
  /** Undefined where nobody asked: off, where the runtime does not decide by itself. */
  readonly compression: boolean | undefined;
}
