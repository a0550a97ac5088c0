import { wsClient } from "@ws-kit/client/zod";

/** One connection for the whole page. A lost one is dialed again. */
export const client = wsClient({ url: () => `${location.origin.replace("http", "ws")}/ws` });
