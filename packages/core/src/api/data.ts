export type MaybePromise<T> = T | Promise<T>;

/** `ctx.data` of a router without a type argument: anything may be kept there. */
// oxlint-disable-next-line typescript/no-explicit-any -- an untyped router means exactly this
export type OpenData = Record<string, any>;

/** `ctx.data`: the application's own, and the connection's id beside it. */
export type ConnectionData<Data> = Data & { clientId: string };
