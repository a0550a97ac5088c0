import { runNode } from "@ws-kit/chaos/node";
import { engineBy } from "./clients.ts";

await runNode(engineBy(process.env["CLIENT"] ?? "", Number(process.env["ENGINE_PORT"])));
