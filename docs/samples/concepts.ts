export { message, rpc, topic, z } from "@ws-kit/zod";
export { Joined, Say };
import { message, z } from "@ws-kit/zod";

const Say = message("SAY", { room: z.string(), text: z.string() });
const Joined = message.fromServer("JOINED", { name: z.string() });
