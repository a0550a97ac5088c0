/** A frame as it came off the wire. */
export interface Frame {
  readonly type: string;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  readonly payload?: unknown;
}
