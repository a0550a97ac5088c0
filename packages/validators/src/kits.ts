import type { Kit } from "./kit.ts";
import { arktypeKit } from "./kits/arktype.ts";
import { valibotKit } from "./kits/valibot.ts";
import { zodMiniKit } from "./kits/zod-mini.ts";
import { zodKit } from "./kits/zod.ts";

/** The columns, in the order of the table. */
export const kits: readonly Kit[] = [zodKit, zodMiniKit, valibotKit, arktypeKit];
