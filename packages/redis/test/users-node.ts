import { serveUsers } from "@ws-kit/chaos/users-node";
import { engineBy } from "./clients.ts";

await serveUsers(engineBy("ioredis", Number(process.argv[2])));
