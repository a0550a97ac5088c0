/** After how long without a touch of keyboard, mouse or screen nobody is there, in milliseconds. */
const IDLE_MS = 5 * 60_000;

/** Says when nobody is at this page any more, which a hidden one begins with, and when somebody is again. */
export function watchActivity(tell: (idle: boolean) => void): void {
  let idle = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const become = (now: boolean): void => {
    if (now !== idle) tell((idle = now));
  };
  const active = (): void => {
    clearTimeout(timer);
    if (document.hidden) return become(true);
    timer = setTimeout(become, IDLE_MS, true);
    become(false);
  };
  for (const event of ["keydown", "pointerdown", "pointermove", "wheel"])
    addEventListener(event, active, { passive: true, capture: true });
  document.addEventListener("visibilitychange", active);
  active();
}
