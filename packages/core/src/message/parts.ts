import type { AnyMessage } from "./message.ts";
import type { AnyTopic } from "./topic.ts";

/** What a contract is made of, by the names of its constants. */
export type Parts = Readonly<Record<string, AnyMessage | AnyTopic>>;
