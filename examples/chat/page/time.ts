const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const date = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

/** "14:05" */
export function timeOfDay(timestamp: number): string {
  return clock.format(timestamp);
}

/** "today", "yesterday", or the date. */
export function dayName(timestamp: number): string {
  for (const ago of [0, 1]) {
    const day = new Date();
    day.setDate(day.getDate() - ago);
    if (sameDay(timestamp, day.getTime())) return relative.format(-ago, "day");
  }
  return date.format(timestamp);
}

export function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}
