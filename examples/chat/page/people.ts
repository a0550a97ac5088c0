import { make } from "./dom.ts";

/** A disc with the user's initials, in a colour that is the same wherever the user appears. */
export function avatar(userId: string, username: string): HTMLElement {
  const disc = make("span", "avatar");
  disc.ariaHidden = "true";
  paintAvatar(disc, userId, username);
  return disc;
}

export function paintAvatar(disc: HTMLElement, userId: string, username: string): void {
  disc.textContent = initials(username);
  disc.style.setProperty("--hue", String(hue(userId)));
}

function initials(username: string): string {
  const words = username.split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters
    .map((word) => String.fromCodePoint(word?.codePointAt(0) ?? 0x3f))
    .join("")
    .toUpperCase();
}

/** Degrees on the colour wheel; FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) spreads similar ids. */
function hue(userId: string): number {
  let hash = 0x811c9dc5;
  for (const letter of userId) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) % 360;
}
