import { contract, message, rpc, topic, z } from "@ws-kit/zod";

export const Join = message("JOIN", { room: z.string().min(1).describe("Its name") });
export const Said = message.fromServer("SAID", {
  room: z.string(),
  text: z.string(),
  mood: z.enum(["calm", "loud"]).optional(),
  loud: z.boolean().optional(),
});
export const Say = message("SAY", { room: z.string(), text: z.string() });
export const LogIn = rpc("LOG_IN", { name: z.string(), password: z.string() }, "LOGGED_IN", { token: z.string() });
export const Report = rpc("REPORT", { rows: z.int() }, "REPORTED", { rows: z.int() });
/** Has the server ask whether it was meant. */
export const Leave = message("LEAVE", { room: z.string() });
export const Confirm = rpc.fromServer("CONFIRM", { question: z.string() }, "CONFIRMED", { yes: z.boolean() });
export const Noted = message.fromServer("NOTED", { tone: z.enum(["short", "l".repeat(400)]) });
export const Notes = topic("notes:{id}", [Noted]);
export const Chat = contract({ Join, Said, Say, LogIn, Report, Notes });
