export type MaybePromise<T> = T | Promise<T>;

/** `ctx.data` of a router without a type argument: anything may be kept there. */
// oxlint-disable-next-line typescript/no-explicit-any -- an untyped router means exactly this
export type OpenData = Record<string, any>;

/** `ctx.data`: the application's own, and the connection's id beside it. */
export type ConnectionData<Data> = Data & { clientId: string };

/** What `authenticate` gives: the connection's data. `clientId` may be left out; the framework then assigns a UUID. */
export type AuthenticatedData<Data> = Omit<Data, "clientId"> & { clientId?: string };
