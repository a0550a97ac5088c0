import { message, rpc, z } from "@ws-kit/zod";

/** What server and page say to each other: both import this file, and both check what travels. */

/** From a page: everybody shall hear it. */
export const Say = message.fromClient("SAY", { text: z.string().trim().min(1).max(500) });

/** To every page. */
export const Said = message.fromServer("SAID", { from: z.string(), text: z.string() });

/** Asked by a page, and answered. */
export const Rename = rpc("RENAME", { name: z.string().trim().min(1).max(32) }, "RENAMED", { name: z.string() });
