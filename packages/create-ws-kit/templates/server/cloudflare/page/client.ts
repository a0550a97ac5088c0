import { wsClient } from "@ws-kit/client/zod";

/** One connection for the whole page, to the room that its address names. A lost one is dialed again. */
export const client = wsClient({
  url: () => {
    const room = new URLSearchParams(location.search).get("room") ?? "lobby";
    return `${location.origin.replace("http", "ws")}/rooms/${encodeURIComponent(room)}`;
  },
});
