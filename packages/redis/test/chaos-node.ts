import { runNode } from "@ws-kit/chaos/node";
import { engineBy } from "./clients.ts";

await runNode(engineBy(process.argv[2] ?? "", Number(process.env["ENGINE_PORT"])));
