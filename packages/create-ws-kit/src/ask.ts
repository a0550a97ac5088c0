import { cancel, intro, isCancel, select, text } from "@clack/prompts";
import type { Io } from "./io.ts";
import { problemOf } from "./scaffold.ts";
import { CLIENTS, SERVERS, type ClientTemplate, type ServerTemplate } from "./templates.ts";

/** What is known of a project before anybody is asked. */
export interface Answers {
  readonly directory: string | undefined;
  readonly template: ServerTemplate | undefined;
  readonly client: ClientTemplate | undefined;
}

export type Complete = { readonly [K in keyof Answers]: NonNullable<Answers[K]> };

/** Asks for what the arguments did not say. @returns undefined where it is called off. */
export async function ask(known: Answers, defaults: Complete, io: Io): Promise<Complete | undefined> {
  const streams = { input: io.input, output: io.output };
  intro("A new project with WS-Kit", streams);
  const directory =
    known.directory ??
    (await text({
      ...streams,
      message: "Where?",
      placeholder: defaults.directory,
      defaultValue: defaults.directory,
      // Asked about what was typed, before the default takes the place of nothing.
      validate: (typed) => problemOf(typed || defaults.directory),
    }));
  if (isCancel(directory)) return calledOff(io);
  const template =
    known.template ??
    (await select({ ...streams, message: "Served by?", options: optionsOf(SERVERS), initialValue: defaults.template }));
  if (isCancel(template)) return calledOff(io);
  const client =
    known.client ??
    (await select({ ...streams, message: "The page?", options: optionsOf(CLIENTS), initialValue: defaults.client }));
  if (isCancel(client)) return calledOff(io);
  return { directory, template, client };
}

function calledOff({ output }: Io): undefined {
  cancel("Nothing was written", { output });
}

function optionsOf<Key extends string>(labels: Readonly<Record<Key, string>>): { value: Key; label: string }[] {
  return Object.entries<string>(labels).map(([value, label]) => ({ value: value as Key, label }));
}
