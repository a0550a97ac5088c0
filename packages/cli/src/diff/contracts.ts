import type { ContractJson, MessageJson, TopicJson } from "@ws-kit/core";
import { compareMessages, part, type Writers } from "./messages.ts";
import { type Change, fine, breaks } from "./change.ts";

/**
 * What is different in a contract, and what of that clients of the old one trip over at a server of the new one: what they
 * send has to be taken, what they are sent has to be what they take.
 *
 * @param old As `contract.toJSON()` gave it then.
 * @param now As it gives it today.
 * @returns every change, the breaking ones first, in the order of their paths.
 *
 * @example
 * const breaking = diffContracts(published, Chat.toJSON(toJsonSchema)).filter((change) => change.breaking);
 */
export function diffContracts(old: ContractJson, now: ContractJson): Change[] {
  const changes = [...aboutItself(old, now), ...messages(old, now), ...topics(old, now)];
  return changes.toSorted(
    (a, b) => Number(b.breaking) - Number(a.breaking) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
  );
}

function aboutItself(old: ContractJson, now: ContractJson): Change[] {
  return (["name", "version"] as const)
    .filter((key) => old[key] !== now[key])
    .map((key) =>
      fine(
        `(${key})`,
        `is ${now[key] === undefined ? "gone" : `${now[key]} now`}${old[key] === undefined ? "" : `, was ${old[key]}`}`,
      ),
    );
}

/** They are told apart by what travels; a name is for those who read the code. */
function messages(old: ContractJson, now: ContractJson): Change[] {
  const byType = new Map(now.messages.map((message) => [message.type, message]));
  const byName = new Map(now.messages.map((message) => [message.name, message]));
  const known = new Set(old.messages.map(({ type }) => type));
  const changes = old.messages.flatMap((was): Change[] => {
    const is = byType.get(was.type);
    if (is !== undefined) return [...renamed(was, is), ...compareMessages(was, is)];
    const other = byName.get(was.name);
    const text =
      other === undefined || known.has(other.type) ? "is gone" : `has the type ${other.type} now, was ${was.type}`;
    return [breaks(was.name, text)];
  });
  const gone = new Set(old.messages.filter(({ type }) => !byType.has(type)).map(({ name }) => name));
  const added = now.messages.filter(({ type, name }) => !known.has(type) && !gone.has(name));
  return [...changes, ...added.map(({ name }) => fine(name, "is new"))];
}

function renamed(was: MessageJson | TopicJson, is: MessageJson | TopicJson): Change[] {
  return was.name === is.name ? [] : [fine(was.name, `is called ${is.name} now`)];
}

function topics(old: ContractJson, now: ContractJson): Change[] {
  const left = new Set(now.topics);
  const changes = old.topics.flatMap((was): Change[] => {
    const is =
      now.topics.find(({ pattern }) => bare(pattern) === bare(was.pattern)) ??
      now.topics.find(({ name }) => name === was.name);
    if (is === undefined || !left.delete(is)) return [breaks(was.name, "is gone")];
    return [...renamed(was, is), ...compareTopics(was, is)];
  });
  return [...changes, ...[...left].map(({ name }) => fine(name, "is new"))];
}

/** Names of parameters do not travel. */
function bare(pattern: string): string {
  return pattern.replaceAll(/\{[^}]*\}/g, "{}");
}

function compareTopics(was: TopicJson, is: TopicJson): Change[] {
  const pattern = `is ${is.pattern} now, was ${was.pattern}`;
  return [
    ...(was.pattern === is.pattern
      ? []
      : [(bare(was.pattern) === bare(is.pattern) ? fine : breaks)(`${was.name}.pattern`, pattern)]),
    ...was.carries
      .filter((type) => !is.carries.includes(type))
      .map((type) => breaks(`${was.name}.carries`, `has ${type} no more`)),
    ...is.carries
      .filter((type) => !was.carries.includes(type))
      .map((type) => fine(`${was.name}.carries`, `has ${type} now`)),
    ...history(was, is),
    ...presence(was, is),
  ];
}

/** Who was away counts on what was kept. */
function history(was: TopicJson, is: TopicJson): Change[] {
  if (was.history === is.history) return [];
  const path = `${was.name}.history`;
  return [is.history === true ? fine(path, "is new") : breaks(path, "is gone")];
}

/** What clients say of themselves is told to others, and so held to both. */
function presence({ name, presence: was }: TopicJson, { presence: is }: TopicJson): Change[] {
  const path = `${name}.presence`;
  if (was === undefined || is === undefined) {
    if (was === is) return [];
    return [is === undefined ? breaks(path, "is gone") : fine(path, "is new")];
  }
  const writers: Writers = was.fromServer === true || is.fromServer === true ? ["server"] : ["client", "server"];
  return [
    ...(was.fromServer === is.fromServer
      ? []
      : [
          is.fromServer === true
            ? breaks(`${path}.fromServer`, "is set now: clients say nothing of themselves any more")
            : fine(`${path}.fromServer`, "is not set any more"),
        ]),
    ...part(`${path}.state`, was.state, is.state, writers),
  ];
}
