import { Command, CommanderError, Option } from "commander";
import { checkFingerprint, printFingerprint, writeFingerprint } from "./fingerprint.ts";
import { printDiff } from "./diff-command.ts";
import { Failure, reason } from "./failure.ts";
import { exportContract, FORMATS } from "./export.ts";
import type { Io } from "./io.ts";

/** What a shell is told. */
export const EXIT = { FINE: 0, FOUND: 1, WRONG_USE: 2 } as const;

const CHOICE = "name of the contract's export; default: contract, the default export, or the only one";
const EXAMPLES = `
Examples:
  ws-kit export shared/messages.ts --out contract.json
  ws-kit export shared/messages.ts --format asyncapi > asyncapi.json
  ws-kit fingerprint shared/messages.ts --out shared/fingerprint.ts
  ws-kit fingerprint shared/messages.ts --check
  ws-kit diff contract.json shared/messages.ts

Exit codes: 0 all is well, 1 a breaking change or another fingerprint, 2 wrong use`;

/** @returns the exit code. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  let code: number = EXIT.FINE;
  const found = (yes: boolean): void => {
    if (yes) code = EXIT.FOUND;
  };
  try {
    await describe(io, found).parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.FINE : EXIT.WRONG_USE;
    io.error(`ws-kit: ${reason(error)}\n`);
    if (!(error instanceof Failure || (error as Error).cause instanceof Failure))
      io.error(`${(error as Error).stack}\n`);
    return EXIT.WRONG_USE;
  }
}

function describe(io: Io, found: (yes: boolean) => void): Command {
  const program = new Command("ws-kit")
    .description("Writes down the contract of a WS-Kit server and its clients, and names what breaks when it changes.")
    .addHelpText("after", EXAMPLES)
    .showHelpAfterError("(see ws-kit --help)")
    .configureOutput({ writeOut: io.out, writeErr: io.error })
    .exitOverride();

  program
    .command("export")
    .summary("write a contract as JSON or AsyncAPI")
    .description(
      "Writes a contract: as JSON in an order of its own, to be kept and compared, or as an AsyncAPI 3 document.",
    )
    .argument("<entry>", "module that exports the contract, in TypeScript or JavaScript; it is run")
    .option("--export <name>", CHOICE)
    .addOption(new Option("--format <format>", "what to write").choices(FORMATS).default("json"))
    .option("--out <file>", "where to write it; default: standard output")
    .action((entry: string, options) => exportContract(entry, options, io));

  program
    .command("fingerprint")
    .summary("print, write or check a contract's fingerprint")
    .description(
      "Says the fingerprint by which two ends find out whether they have the same contract: a constant in contract(…, { fingerprint }), so that no page has to work it out.",
    )
    .argument("<entry>", "module that exports the contract, in TypeScript or JavaScript; it is run")
    .option("--export <name>", CHOICE)
    .addOption(
      new Option("--out <file>", "write it as a module that exports the constant fingerprint").conflicts("check"),
    )
    .option("--check", "write nothing; exit with 1 where the contract has another one", false)
    .action(async (entry: string, options) => {
      if (options.check) found(!(await checkFingerprint(entry, options, io)));
      else if (options.out === undefined) await printFingerprint(entry, options, io);
      else await writeFingerprint(entry, options, io);
    });

  program
    .command("diff")
    .summary("name the changes between two contracts, and which of them break")
    .description(
      "Names what has changed, a line each. Breaking is what a client of the old contract trips over at a server of the new one; then the exit code is 1.",
    )
    .argument("<old>", "contract as export writes it, or a module that exports one")
    .argument("<new>", "the same")
    .option("--export <name>", CHOICE)
    .option("--json", "print { breaking, changes: [{ breaking, path, text }] }", false)
    .action(async (old: string, now: string, options) => found(await printDiff(old, now, options, io)));

  return program;
}
