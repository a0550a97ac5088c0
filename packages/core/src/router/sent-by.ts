import type { Contract } from "../message/contract.ts";
import type { AnyMessage } from "../message/message.ts";
import type { DeclaredTopics } from "./declared-topics.ts";

/** A router, as far as it says what it sends. */
interface Sending {
  readonly contracts: readonly Contract[];
  readonly topics: DeclaredTopics;
  readonly children: readonly { readonly source: Sending }[];
}

/** What a router and those merged into it may send without being asked, each once. */
export function sentBy({ contracts, topics, children }: Sending): AnyMessage[] {
  const parts = contracts.flatMap((contract) => Object.values(contract.parts));
  const defined = [...topics.families, ...parts].flatMap((part) => (part.kind === "topic" ? part.messages : part));
  const sent = defined.filter(({ kind, from }) => kind === "message" && from !== "client");
  return [...new Set([...sent, ...children.flatMap(({ source }) => sentBy(source))])];
}
