import { runPresenceNode } from "@ws-kit/conformance/engines/presence-node";
import { engineBy } from "./clients.ts";

runPresenceNode(engineBy(process.argv[2] ?? "", Number(process.env["ENGINE_PORT"])));
