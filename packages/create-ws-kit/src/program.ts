import { Command, CommanderError, Option } from "commander";
import { ask, type Answers, type Complete } from "./ask.ts";
import type { Io } from "./io.ts";
import { packageManagerOf, runWith } from "./package-managers.ts";
import { createProject, problemOf, ScaffoldError } from "./scaffold.ts";
import { CLIENTS, SERVERS, type ClientTemplate, type ServerTemplate } from "./templates.ts";

/** What a shell is told. */
export const EXIT = { FINE: 0, CALLED_OFF: 1, WRONG_USE: 2 } as const;

const EXAMPLES = `
Examples:
  npm create ws-kit
  npm create ws-kit my-app -- --template node-express --client react
  bun create ws-kit my-app --template bun --client plain
  npm create ws-kit -- --yes

Exit codes: 0 the project is there, 1 called off, 2 wrong use`;

interface Flags {
  readonly template?: ServerTemplate;
  readonly client?: ClientTemplate;
  readonly yes?: boolean;
}

/** @returns the exit code. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const program = describe(io);
  try {
    program.parse(args, { from: "user" });
    const [directory] = program.args;
    const { template, client, yes = false } = program.opts<Flags>();
    return await make({ directory, template, client }, yes, io);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.FINE : EXIT.WRONG_USE;
    if (!(error instanceof ScaffoldError)) throw error;
    io.error.write(`create-ws-kit: ${error.message}\n`);
    return EXIT.WRONG_USE;
  }
}

function describe({ output, error }: Io): Command {
  return new Command("create-ws-kit")
    .description("Starts a project with WS-Kit: a server, a page and a test. Asks for what the arguments do not say.")
    .argument("[directory]", "where; it has to be empty, or not there yet")
    .addOption(new Option("-t, --template <server>", "what serves it").choices(Object.keys(SERVERS)))
    .addOption(new Option("-c, --client <client>", "what the page is written with").choices(Object.keys(CLIENTS)))
    .option("-y, --yes", "ask nothing: ws-kit-app, served by what runs this, with React, where nothing else is said")
    .addHelpText("after", EXAMPLES)
    .showHelpAfterError("(see create-ws-kit --help)")
    .configureOutput({ writeOut: (text) => void output.write(text), writeErr: (text) => void error.write(text) })
    .exitOverride();
}

async function make(known: Answers, yes: boolean, io: Io): Promise<number> {
  const packageManager = packageManagerOf(io.userAgent);
  const defaults: Complete = {
    directory: "ws-kit-app",
    template: packageManager === "bun" ? "bun" : "node-express",
    client: "react",
  };
  // Before anybody is asked the rest in vain.
  const problem = known.directory === undefined ? undefined : problemOf(known.directory);
  if (problem !== undefined) throw new ScaffoldError(problem);

  const { directory = defaults.directory, template = defaults.template, client = defaults.client } = known;
  const unsaid = Object.entries(known).flatMap(([name, value]) => (value === undefined ? [name] : []));
  let project: Complete | undefined = { directory, template, client };
  if (unsaid.length > 0 && !yes) {
    if (!io.isInteractive) {
      throw new ScaffoldError(`Nobody can be asked for ${unsaid.join(", ")} here: say it, or --yes (see --help)`);
    }
    project = await ask(known, defaults, io);
  }
  if (project === undefined) return EXIT.CALLED_OFF;
  await createProject({ ...project, packageManager });
  io.output.write(`
${project.directory} is there: ${SERVERS[project.template]}, ${CLIENTS[project.client]}. Next:

  cd ${project.directory}
  ${packageManager} install
  ${runWith(packageManager)} dev

`);
  return EXIT.FINE;
}
