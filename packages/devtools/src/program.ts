import { Command, CommanderError } from "commander";
import { replay } from "./session/replay.ts";

/** What a shell is told. */
export const EXIT = { FINE: 0, FOUND: 1, WRONG_USE: 2 } as const;

/** What the command writes to. */
export interface Io {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

const EXAMPLES = `
Examples:
  npx @ws-kit/devtools replay session.jsonl --url ws://localhost:3000/ws
  npx @ws-kit/devtools replay session.jsonl --url ws://localhost:3000/ws --ignore payload.rooms.*.userCount
  npx @ws-kit/devtools replay session.jsonl --url ws://localhost:3000/ws --value "[redacted 1]=horse"

Exit codes: 0 the answers are the same, 1 they differ, 2 wrong use, or no server`;

interface ReplayFlags {
  readonly url: string;
  readonly ignore: readonly string[];
  readonly ignoreType: readonly string[];
  readonly value: readonly string[];
  readonly timeout: string;
  readonly speed: string;
  readonly json: boolean;
}

/** @returns the exit code. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  let code: number = EXIT.FINE;
  try {
    await describe(io, (exit) => (code = exit)).parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.FINE : EXIT.WRONG_USE;
    io.error(`ws-kit-devtools: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.WRONG_USE;
  }
}

function describe(io: Io, exit: (code: number) => void): Command {
  const program = new Command("ws-kit-devtools")
    .description("Replays sessions that the page of @ws-kit/devtools recorded.")
    .addHelpText("after", EXAMPLES)
    .showHelpAfterError("(see ws-kit-devtools --help)")
    .configureOutput({ writeOut: io.out, writeErr: io.error })
    .exitOverride();
  program
    .command("replay")
    .summary("send a server what clients sent, and compare what it answers")
    .description(
      "Opens the connections of a session, sends what they sent, and names each answer that is not as it was.",
    )
    .argument("<file>", "session, as it was recorded")
    .requiredOption("--url <url>", "of the server's endpoint")
    .option("--ignore <path>", "path that is not compared; again for more", several, [])
    .option("--ignore-type <type>", "type of frames that are left out; again for more", several, [])
    .option("--value <placeholder=value>", "what was redacted; again for more", several, [])
    .option("--timeout <ms>", "for what is to come, more than it took then", "2000")
    .option("--speed <factor>", "1 for as fast as it was recorded, 0 for as fast as answers come", "0")
    .option("--json", "print { ok, differences, … }", false)
    .action(async (file: string, flags: ReplayFlags) => {
      const replayed = await replay(file, {
        url: flags.url,
        ignore: flags.ignore,
        ignoreTypes: flags.ignoreType,
        values: Object.fromEntries(flags.value.map(pairOf)),
        timeoutMs: numberOf(flags.timeout, "--timeout"),
        speed: numberOf(flags.speed, "--speed"),
      });
      io.out(`${flags.json ? JSON.stringify(replayed, undefined, 2) : String(replayed)}\n`);
      exit(replayed.ok ? EXIT.FINE : EXIT.FOUND);
    });
  return program;
}

function several(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function pairOf(text: string): [string, string] {
  const [, name, value] = /^(\[redacted \d+\])=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new TypeError(`--value is one like "[redacted 1]=horse", not ${text}`);
  return [name, value];
}

function numberOf(text: string, name: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0)) throw new TypeError(`${name} is a number from 0 up, not ${text}`);
  return value;
}
