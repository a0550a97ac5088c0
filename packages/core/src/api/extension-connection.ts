/** One connection as extensions see it: the same object from `opened` to `closed`. Never a message's context. */
export interface ExtensionConnection {
  readonly clientId: string;
  /** `ctx.data`. */
  readonly data: Record<string, unknown>;
  /** The topics it follows, in the order in which it joined them. */
  readonly following: readonly string[] | undefined;
  /** `onOpen` is through with it. */
  readonly opened: boolean;
  readonly closed: boolean;
  /** A handler of it runs, something waits for one, or a frame has yet to be sent. */
  readonly busy: boolean;
}
