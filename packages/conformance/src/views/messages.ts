import { message, rpc, topic, z } from "@ws-kit/zod";

export const Join = message.fromClient("JOIN");
export const Say = message.fromClient("SAY", { text: z.string() });
export const Said = message.fromServer("SAID", { text: z.string() });
export const Tick = message.fromServer("TICK", { n: z.number() });
export const Room = topic("room:{id}", [Said], { history: {} });
export const Lobby = topic("lobby:{id}", [Said], {
  presence: { state: z.object({ name: z.string(), idle: z.boolean() }), graceMs: 200 },
});
export const GetUser = rpc(
  "GET_USER",
  { id: z.string() },
  "USER",
  { name: z.string() },
  { errors: { NOT_FOUND: { id: z.string() } } },
);
export const Rename = rpc("RENAME", { name: z.string().min(1) }, "RENAMED", { name: z.string() });
export const Import = rpc(
  "IMPORT",
  { rows: z.number() },
  "IMPORTED",
  { rows: z.number() },
  { progress: { done: z.number() } },
);
export const Ask = rpc.fromServer("ASK", { id: z.string() }, "ASKED", { name: z.string() });
export const Export = rpc("EXPORT", { id: z.string() }, "EXPORTED", {}, { stream: { fromServer: { id: z.string() } } });
